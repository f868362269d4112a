"""Move a champion by new votes where it erred, and leave it a head of the same architecture.

The champion says g(x) = base + trust * (what its known pictures pull). What the votes say beyond
that, r = y - g, is taken as noisy looks at a function with covariance

    cov(h(x), h(x')) = exp(-sharpness |z(x) - z(x')|^2) + OFFSET

on the champion's own ground z and by its own sharpness, with noise ``prior_votes`` / n for a
picture with n votes, as in ``ml.training.kernel_fit``. The second term is a shift of the whole
crowd: it goes into ``base``. The first becomes further known pictures with what they pull
(Rasmussen and Williams 2006, equation 2.25 for each), so that no other network needs to be served.
Sharpness stays as it is, for the head has one for all pictures; ``prior_votes`` and ``trust`` are
chosen by cross-fitting within the training pictures, judged by those that the champion has not
learned from, and are the defaults where these are few.

The noise of r is taken as independent of g. It is not where the champion has learned from the same
votes, of a crowd that has grown since: those votes are then heard a second time, and the fit trusts
them more than they deserve. A fresh head hears every vote once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray

from ml.data.splits import Indices, grouped_folds
from ml.evaluation.metrics import Array, emd
from ml.inference.frozen import run_frozen
from ml.layers.kernel_head import CLIP, KernelHead
from ml.training.features import Features, PanelFeatures
from ml.training.kernel_fit import squared_distances

OFFSET = 1.0
PRIOR_VOTES = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
TRUSTS = (0.4, 0.7, 1.0, 1.3)
MOST_COMPARED = 1500  # pictures that settings are chosen on
FEWEST_COMPARED = 20
_FOLDS = 5
Half = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class RefineSettings:
    """``prior_votes``: noise of one vote. ``trust``: how much of the champion's pull is kept."""

    prior_votes: float = 16.0
    trust: float = 1.0


class Refiner:
    """Refined heads from any of the ``rows`` of pictures whose features and votes it was given.

    ``head`` is the champion's, rounded as a file has it, ``crowd`` the panel that it serves;
    ``shares`` (n, 10) and ``votes`` (n,) are of the new crowd. Memory grows with the square of the
    number of ``rows``.
    """

    def __init__(
        self,
        head: KernelHead,
        crowd: int,
        features: PanelFeatures,
        *,
        shares: Array,
        votes: Array,
        rows: Indices,
    ) -> None:
        self._head, self._crowd = head, crowd
        self._shares, self._votes = shares[rows], votes[rows]
        self._at = np.full(len(shares), -1)  # places in what follows, which has ``rows`` alone
        self._at[rows] = np.arange(len(rows))
        own = PanelFeatures(features.upright[rows], features.mirror[rows])
        self._places = _placed(head, crowd, own)  # (m, q), as a file has it
        placed = self._places.astype(np.float64)
        known = torch.from_numpy(placed).float()
        likeness = run_frozen(head.likeness, known).double().numpy()  # (m, support)
        self._pull = likeness @ head.pull[crowd].double().numpy()  # (m, 10)
        self._base = head.base[crowd].double().numpy()
        sharpness = float(head.sharpness)
        self._covariance = np.exp(-sharpness * squared_distances(placed)) + OFFSET
        self.settings = RefineSettings()

    def choose(
        self,
        rows: Indices,
        groups: Indices,
        *,
        seed: int,
        judged: Indices,
        check: Callable[[], None] = lambda: None,
    ) -> float:
        """Take the settings that foretell votes best, of ``rows`` by others of ``rows``.

        Only ``judged`` rows count; with fewer than ``FEWEST_COMPARED`` the settings stay as they
        are. ``check`` is called before each fold. Returns the mean EMD (r = 2) that was reached,
        NaN where nothing was compared.
        """
        rows, judged = rows[:MOST_COMPARED], np.intersect1d(rows[:MOST_COMPARED], judged)
        if len(judged) < FEWEST_COMPARED:
            return float("nan")
        losses = np.zeros((len(PRIOR_VOTES), len(TRUSTS)))
        parts = min(_FOLDS, len(np.unique(groups[rows])))
        for fold in grouped_folds(groups[rows], seed=seed, parts=parts):
            check()
            asked = np.intersect1d(rows[fold.test], judged)
            if len(asked):
                losses += self._losses(self._at[rows[fold.train]], self._at[asked])
        # Of equals the first: the stronger noise assumption must earn its place.
        best = int(np.argmin(losses))
        prior, trust = list(product(PRIOR_VOTES, TRUSTS))[best]
        self.settings = RefineSettings(prior, trust)
        return float(losses.min() / len(judged))

    def learn(self, rows: Indices) -> KernelHead:
        """The champion's head, moved by the votes on ``rows``."""
        own = self._at[rows]
        (solved,) = self._duals(own, self.settings.prior_votes, [self.settings.trust])
        return self._grown(own, solved)

    def _losses(self, rows: Indices, asked: Indices) -> Array:
        """Summed EMD of the ``asked`` places for each pair of settings, learned from ``rows``."""
        losses = np.zeros((len(PRIOR_VOTES), len(TRUSTS)))
        toward = self._covariance[np.ix_(asked, rows)]
        for at, prior in enumerate(PRIOR_VOTES):
            for column, duals in enumerate(self._duals(rows, prior, TRUSTS)):
                guessed = self._base + TRUSTS[column] * self._pull[asked] + toward @ duals
                losses[at, column] = emd(_shares(guessed), self._shares[asked], r=2).sum()
        return losses

    def _duals(self, rows: Indices, prior: float, trusts: Sequence[float]) -> list[Array]:
        """(len(rows), 10) for each trust, by one decomposition."""
        covariance = self._covariance[np.ix_(rows, rows)]
        covariance[np.diag_indices_from(covariance)] += prior / self._votes[rows]
        residuals = [self._shares[rows] - self._base - trust * self._pull[rows] for trust in trusts]
        solved = np.linalg.solve(covariance, np.concatenate(residuals, axis=1))
        return np.split(solved, len(trusts), axis=1)

    def _grown(self, rows: Indices, duals: Array) -> KernelHead:
        """The head with further known pictures; one that it knows already only pulls otherwise."""
        old = self._head
        panels, support, bins = old.pull.shape
        places = {place.tobytes(): at for at, place in enumerate(_halves(old.known))}
        own = [self._places[row] for row in rows.tolist()]
        new = [place for place in own if place.tobytes() not in places]
        fresh = np.unique(np.stack(new), axis=0) if new else self._places[:0]
        places |= {place.tobytes(): support + at for at, place in enumerate(fresh)}
        pull = np.zeros((panels, support + len(fresh), bins))
        pull[:, :support] = old.pull.double().numpy()
        pull[self._crowd] *= self.settings.trust
        np.add.at(pull[self._crowd], [places[place.tobytes()] for place in own], duals)
        base = old.base.double().numpy().copy()
        base[self._crowd] += OFFSET * duals.sum(axis=0)
        return _built(old, known=np.concatenate([_halves(old.known), fresh]), pull=pull, base=base)


def _built(old: KernelHead, *, known: Half, pull: Array, base: Array) -> KernelHead:
    rank, features = old.directions.shape
    head = KernelHead(features, panels=len(base), rank=rank, support=len(known))
    changed = {"known": known.astype(np.float32), "pull": pull, "base": base}
    state = {name: value.clone() for name, value in old.state_dict().items()}
    state |= {name: torch.from_numpy(value).float() for name, value in changed.items()}
    head.load_state_dict(state)
    return head


def _placed(head: KernelHead, crowd: int, features: PanelFeatures) -> Half:
    """Where pictures lie on the head's ground: the mean of both views, (n, q)."""

    def place(rows: torch.Tensor) -> torch.Tensor:
        ready = (rows - head.centre[crowd]) / head.scale[crowd]
        return ready.clamp(-CLIP, CLIP) @ head.directions.T - head.origin

    def placed(rows: Features) -> Array:
        both: Array = run_frozen(place, torch.from_numpy(rows)).double().numpy()
        return both

    middle = (placed(features.upright) + placed(features.mirror)) / 2
    return middle.astype(np.float16)


def _halves(known: torch.Tensor) -> Half:
    halves: Half = known.numpy().astype(np.float16)
    return halves


def _shares(guessed: Array) -> Array:
    """As a head says it: nothing below 0, rows sum to 1."""
    positive = np.maximum(guessed, 1e-6)
    shares: Array = positive / positive.sum(axis=1, keepdims=True)
    return shares
