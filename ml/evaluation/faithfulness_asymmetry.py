"""Whether it is easier to worsen a picture than to improve it, in the eyes of a scorer."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ml.contracts.config import Estimate
from ml.evaluation.bootstrap import RESAMPLES, Statistic, estimate, mean_of
from ml.evaluation.metrics import Array
from ml.explain.adversarial import Judge, least_sizes

CHANGE = 0.3
# A seventh of what most pictures need: coarser steps would decide by interpolation alone.
STRIDE = 0.004
LIMIT = 300


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """How large a change of pixels moves a mean by ``change`` points, over ``count`` pictures.

    ``worsening_easier``: share of pictures where lowering needs the smaller change. ``ratio``:
    median of the size to raise over the size to lower; above 1 where worsening is easier.
    ``raising`` and ``lowering``: median sizes, root mean square, in levels of 0..255. ``unreached``
    pictures could not be moved that far one way or the other; they count in none of these.
    """

    count: int
    unreached: int
    change: float
    worsening_easier: Estimate
    ratio: Estimate
    raising: Estimate
    lowering: Estimate


def search_both_ways(
    judge: Judge, pictures: Iterable[Tensor], *, change: float = CHANGE, stride: float = STRIDE
) -> Array:
    """(n, 2): sizes to raise and to lower each picture (1, 3, S, S); infinite if out of reach."""
    found = [_both(judge, pixels, change=change, stride=stride) for pixels in pictures]
    return np.stack(found) if found else np.zeros((0, 2))


def asymmetry(sizes: Array, *, change: float = CHANGE, resamples: int = RESAMPLES) -> Asymmetry:
    """Figures with 95 % intervals over pictures. Raises ValueError when none could be moved."""
    reached = sizes[np.isfinite(sizes).all(axis=1) & (sizes > 0).all(axis=1)]
    if not len(reached):
        raise ValueError("no picture could be moved both ways")
    raising, lowering = reached.T

    def over_pictures(statistic: Statistic) -> Estimate:
        return estimate(statistic, count=len(reached), resamples=resamples)

    return Asymmetry(
        count=len(reached),
        unreached=len(sizes) - len(reached),
        change=change,
        worsening_easier=over_pictures(mean_of((lowering < raising).astype(np.float64))),
        ratio=over_pictures(median_of(raising / lowering)),
        raising=over_pictures(median_of(raising)),
        lowering=over_pictures(median_of(lowering)),
    )


def median_of(values: Array) -> Statistic:
    """Lower median of (n,) values within each resample."""
    ascending = np.argsort(values, kind="stable")

    def statistic(weights: Array) -> Array:
        running = weights[:, ascending].cumsum(axis=1)
        middle = (running >= running[:, -1:] / 2).argmax(axis=1)
        medians: Array = values[ascending][middle]
        return medians

    return statistic


def _both(judge: Judge, pixels: Tensor, *, change: float, stride: float) -> Array:
    signs = torch.tensor([1.0, -1.0], device=pixels.device)
    both = pixels.expand(2, -1, -1, -1)
    sizes = least_sizes(judge, both, signs=signs, change=change, stride=stride, limit=LIMIT)
    return np.asarray(sizes.cpu().numpy(), dtype=np.float64)
