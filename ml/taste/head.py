"""A person's own head: the crowd's score, and where this person differs from it.

Classification by a Gaussian process with a logistic likelihood and Laplace's approximation
(Rasmussen and Williams 2006, algorithm 3.1). The chance that a picture is liked has the logit

    f(x) = slope * s(x) + b + g(x)

with s the crowd's score less the mean score of the picks; slope, b and g are normal before any
pick, g with covariance own_sd^2 exp(-closeness |v - v'|^2) of embeddings v. With few picks the
order is the crowd's; each pick moves the pictures that look like it.
"""

from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

_ROUNDS = 30
_CLOSE_ENOUGH = 1e-6
_SHORTEST = 1e-4


class HeadError(ValueError):
    """The bytes are no head of ours: it must be learned again."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is thought of anybody before their first pick, in logits.

    ``slope``: for each point of the crowd's score, give or take ``slope_sd``. ``offset_sd``: how
    choosy people are. ``own_sd``: how far they differ from the crowd. ``closeness``: how alike
    pictures must look to tell of each other. Chosen on half of the raters of OASIS; the others
    gave the figures of docs/taste-figures.md.
    """

    slope: float = 1.0
    slope_sd: float = 0.5
    offset_sd: float = 1.0
    own_sd: float = 3.0
    closeness: float = 2.0


STANDARD = Settings()


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """``vectors`` (n, r) embeddings, ``crowd`` (n,) scores from 1 to 10, ``liked`` (n,)."""

    vectors: Floats
    crowd: Floats
    liked: Truths

    def part(self, rows: NDArray[np.intp] | Truths) -> "Picks":
        """Only those."""
        return Picks(self.vectors[rows], self.crowd[rows], self.liked[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """logit = ``offset`` + ``slope`` (score - ``middle``) + likeness to ``known`` @ ``pull``.

    ``known``: (n, r); ``pull``: (n,), how much each pick moves what looks like it.
    """

    middle: float
    offset: float
    slope: float
    closeness: float
    known: Floats
    pull: Floats

    def chances(self, vectors: Floats, crowd: Floats) -> Floats:
        """(m, r) embeddings and (m,) scores -> (m,) chances of being liked, 0 to 1."""
        return _logistic(self.logits(vectors, crowd))

    def logits(self, vectors: Floats, crowd: Floats) -> Floats:
        """The same before they are squeezed."""
        own: Floats = likeness(vectors, self.known, self.closeness) @ self.pull
        return self.offset + self.slope * (crowd - self.middle) + own


def fit(picks: Picks, settings: Settings = STANDARD) -> Head:
    """The most probable head. Raises ValueError without picks."""
    if not len(picks.liked):
        raise ValueError("nothing was picked")
    middle = float(picks.crowd.mean())
    score = picks.crowd - middle
    own = settings.own_sd**2 * likeness(picks.vectors, picks.vectors, settings.closeness)
    line = settings.offset_sd**2 + settings.slope_sd**2 * np.outer(score, score)
    duals = _mode(own + line, settings.slope * score, picks.liked)
    return Head(
        middle=middle,
        offset=float(settings.offset_sd**2 * duals.sum()),
        slope=float(settings.slope + settings.slope_sd**2 * (score @ duals)),
        closeness=settings.closeness,
        known=picks.vectors,
        pull=settings.own_sd**2 * duals,
    )


def encoded(head: Head) -> bytes:
    """An npz file; embeddings as 16-bit floats, as they came."""
    out = BytesIO()
    line = np.array([head.middle, head.offset, head.slope, head.closeness])
    np.savez(
        out, allow_pickle=False, line=line, known=head.known.astype(np.float16), pull=head.pull
    )
    return out.getvalue()


def decoded(data: bytes) -> Head:
    """What `encoded` wrote. Raises HeadError."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as file:
            line, known, pull = (file[name] for name in ("line", "known", "pull"))
        middle, offset, slope, closeness = line.tolist()
        return Head(middle, offset, slope, closeness, known.astype(np.float64), pull)
    except (ValueError, KeyError, TypeError, EOFError, OSError, BadZipFile) as error:
        raise HeadError(f"this is no head: {error}") from error


def _mode(covariance: Floats, prior: Floats, liked: Truths) -> Floats:
    """(n,) duals a of the most probable logits, which are prior + covariance @ a.

    Newton's steps; one that overshoots, where the prior is far from the picks, is halved.
    """
    signs = np.where(liked, 1.0, -1.0)
    duals = np.zeros(len(liked))
    reached = _objective(duals, covariance, prior, signs)
    for _ in range(_ROUNDS):
        step = _newton(duals, covariance, prior, liked) - duals
        share = 1.0
        while (found := _objective(duals + share * step, covariance, prior, signs)) < reached:
            share /= 2
            if share < _SHORTEST:
                return duals
        duals = duals + share * step
        gained, reached = found - reached, found
        if gained < _CLOSE_ENOUGH:
            break
    return duals


def _newton(duals: Floats, covariance: Floats, prior: Floats, liked: Truths) -> Floats:
    """Lines 4 to 8 of the algorithm, about a prior mean that is not zero."""
    own = covariance @ duals
    chance = _logistic(prior + own)
    curvature = chance * (1 - chance)
    root = np.sqrt(curvature)
    inner = np.eye(len(root)) + root[:, None] * covariance * root
    wanted = curvature * own + liked - chance
    solved: Floats = wanted - root * np.linalg.solve(inner, root * (covariance @ wanted))
    return solved


def _objective(duals: Floats, covariance: Floats, prior: Floats, signs: Floats) -> float:
    """Log posterior of the logits, but for a constant."""
    own = covariance @ duals
    return float(-duals @ own / 2 - np.logaddexp(0.0, -signs * (prior + own)).sum())


def likeness(one: Floats, other: Floats, closeness: float) -> Floats:
    """(m, r) and (n, r) -> (m, n), 1 for the same place, towards 0 far away."""
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)
    alike: Floats = np.exp(-closeness * np.maximum(squares - 2 * one @ other.T, 0.0))
    return alike


def _logistic(logits: Floats) -> Floats:
    chances: Floats = 0.5 * (1 + np.tanh(logits / 2))
    return chances
