"""Under-sampling by ten rating bins, and the correction of the prior that it bends.

Seed 003 cuts the means of the training pictures into ten bins and takes at most n of each, so that
the rare good and bad pictures are not drowned by the middle. The network then learns a flattened
world, and its distributions lean outwards.

The correction. Let k be a vote (a bin 1..10), P(k) its share over all training pictures and P'(k)
over the sampled ones. If sampling leaves p(x | k) alone, Bayes' rule gives for every picture x

    p(k | x) = p(x | k) P(k) / p(x)  =  p'(k | x) w(k) / Z(x),   w(k) = P(k) / P'(k)

(Saerens, Latinne and Decaestecker 2002, equation 4). Pictures are drawn by their mean and not by
single votes, and networks are not calibrated, so this w is a first guess. ``fitted_to`` repairs it:
from that start it repeats

    w(k) <- w(k) P(k) / mean over x of [ p'(k | x) w(k) / Z(x) ]

on pictures drawn as the world draws them, until the corrected predictions have the mean histogram
P(k) there. At the fixed point of a calibrated model under label shift w is P / P' itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.data.splits import Indices
from ml.losses.weighting import rating_bins

Array = NDArray[np.float64]
RATING_BINS = 10
_TINY = 1e-9
_ROUNDS = 200
_CLOSE = 1e-7


@dataclass(frozen=True, slots=True)
class PriorShift:
    """``ratio``: w(k) for the bins 1..10, all above 0."""

    ratio: tuple[float, ...]

    @classmethod
    def between(cls, *, natural: Array, sampled: Array) -> "PriorShift":
        """From voted shares of all training pictures (n, 10) and of the sampled ones (m, 10)."""
        ratio = (natural.mean(axis=0) + _TINY) / (sampled.mean(axis=0) + _TINY)
        return cls(ratio=tuple(ratio.tolist()))

    def corrected(self, predicted: Array) -> Array:
        """Predicted shares (n, 10) re-weighted and normalised row by row."""
        weighted = predicted * np.asarray(self.ratio)
        shares: Array = weighted / weighted.sum(axis=1, keepdims=True)
        return shares

    def fitted_to(self, predicted: Array, *, natural: Array) -> "PriorShift":
        """The shift under which ``predicted`` (n, 10) has the mean histogram of ``natural``.

        ``predicted`` are uncorrected predictions for pictures drawn as the world draws them;
        ``natural`` are voted shares, whose mean alone is used.
        """
        goal = natural.mean(axis=0) + _TINY
        shift = self
        for _ in range(_ROUNDS):
            reached = shift.corrected(predicted).mean(axis=0) + _TINY
            if np.abs(reached - goal).max() < _CLOSE:
                break
            ratio = np.asarray(shift.ratio) * goal / reached
            shift = PriorShift(ratio=tuple((ratio / ratio.mean()).tolist()))
        return shift


def under_sampled(
    means: Array, *, per_bin: int, seed: int, low: float = 0.5, high: float = 10.5
) -> Indices:
    """Sorted rows with at most ``per_bin`` pictures in each of ten slices of [low, high].

    Which pictures of a full slice stay is drawn from ``seed``. Raises ValueError for none a bin.
    """
    if per_bin < 1:
        raise ValueError(f"at least one picture a bin is kept, not {per_bin}")
    slices = rating_bins(means, bins=RATING_BINS, low=low, high=high)
    order = np.random.default_rng(seed).permutation(len(means))
    kept = [order[slices[order] == number][:per_bin] for number in range(RATING_BINS)]
    return np.sort(np.concatenate(kept))
