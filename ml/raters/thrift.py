"""Which picture to ask about next, for a whole campaign at once.

The formulas are those of ``ml.contracts.crowd``, over arrays; a process without numpy orders by
the same numbers. Pictures below their minimum come first, then those whose next vote is expected
to teach most; equals in random order. A picture is finished when it has its minimum and its 80 %
interval is narrow enough.

What a vote teaches is counted in one of two ways: information about the mean of its picture, or,
where the order of all pictures matters, how much nearer the picture comes to its place in it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc, xlogy

from ml.raters.votes import Floats

Order = NDArray[np.intp]
Counts = Floats | Order
WIDTH_PER_SD = 2.5631031310892007  # of a normal 80 % interval, from its low to its high end
_GRID = np.linspace(1.0, 10.0, 181)  # points
_HEARD = np.pi * np.log(2.0) / 2.0


@dataclass(frozen=True, slots=True)
class Thrift:
    """When a picture has had enough.

    ``minimum``: votes that every picture gets first. ``width``: of the 80 % interval, in points,
    at which a picture is finished; 0 never ends.
    """

    minimum: int = 0
    width: float = 0.0


def gains_of_votes(sd: Floats, noise: float) -> Floats:
    """``ml.contracts.crowd.gain_of_vote`` for (n,) standard errors, in nats."""
    gains: Floats = 0.5 * np.log1p(np.square(sd / noise))
    return gains


def gains_of_pairs(difference: Floats, sd: Floats, noise: float) -> Floats:
    """``ml.contracts.crowd.gain_of_pair`` for (n,) differences and their standard errors."""
    scale = np.sqrt(2.0) * noise
    spread, mean = np.square(sd / scale), difference / scale
    known = 0.5 * erfc(-mean / np.sqrt(2.0 * (spread + 1.0)))
    entropy = -xlogy(known, known) - xlogy(1.0 - known, 1.0 - known)
    heard = np.sqrt(_HEARD / (spread + _HEARD)) * np.exp(-(mean**2) / (2.0 * (spread + _HEARD)))
    gains: Floats = np.maximum(entropy - np.log(2.0) * heard, 0.0)
    return gains


def gains_of_places(sd: Floats, noise: float, crowding: Floats) -> Floats:
    """``ml.contracts.crowd.gain_of_place`` for (n,) pictures."""
    unknown = np.square(sd)
    gains: Floats = np.square(crowding) * unknown**2 / (unknown + noise**2)
    return gains


def crowding_of(mean: Floats, sd: Floats) -> Floats:
    """(n,) how densely pictures lie around each, 1 on average.

    A Gaussian for every picture, as wide as what is unknown of it and Silverman's rule together.
    """
    if len(mean) < 2:
        return np.ones(len(mean))
    width = 1.06 * mean.std() * len(mean) ** -0.2 + 1e-3
    wide = np.sqrt(np.square(sd) + width**2)
    heights = np.exp(-0.5 * np.square((_GRID[:, None] - mean) / wide)) / wide  # (grid, n)
    near: Floats = np.interp(mean, _GRID, heights.sum(axis=1))
    near /= near.mean()
    return near


def sd_after(sd: Floats, noise: float, votes: Counts) -> Floats:
    """``ml.contracts.crowd.sd_after`` for (n,) pictures: what ``votes`` more leave unknown."""
    left: Floats = sd / np.sqrt(1.0 + votes * np.square(sd / noise))
    return left


def finished(sd: Floats, votes: Counts, rule: Thrift) -> NDArray[np.bool_]:
    """(n,) whether a picture needs no more votes."""
    narrow = (rule.width > 0) & (WIDTH_PER_SD * sd <= rule.width)
    enough: NDArray[np.bool_] = narrow & (votes >= rule.minimum)
    return enough


def order(
    sd: Floats,
    votes: Counts,
    noise: float,
    rule: Thrift,
    generator: np.random.Generator,
    *,
    crowding: Floats | None = None,
) -> Order:
    """Pictures from the first to ask about to the last; finished ones are left out.

    ``sd``: (n,) standard errors in points; ``votes``: (n,) that each has; ``noise``: standard
    deviation of one vote, > 0. With ``crowding``, gains are those of places.
    """
    gains = gains_of_votes(sd, noise) if crowding is None else gains_of_places(sd, noise, crowding)
    owed = np.maximum(rule.minimum - votes, 0)
    chance = generator.random(len(sd))
    ranked = np.lexsort((chance, -gains, -owed))
    kept: Order = ranked[~finished(sd, votes, rule)[ranked]]
    return kept
