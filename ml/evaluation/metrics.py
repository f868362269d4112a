"""Agreement between predicted and voted distributions. Pure functions over arrays."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def mean_scores(distributions: Array) -> Array:
    """(n, 10) shares -> (n,) means in [1, 10]."""
    bins = np.arange(1, distributions.shape[1] + 1, dtype=np.float64)
    means: Array = distributions @ bins
    return means


def average_ranks(values: Array) -> Array:
    """Ranks from 0; ties share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts) - 1
    ranks: Array = (last - (counts - 1) / 2)[inverse]
    return ranks


def plcc(predicted: Array, actual: Array) -> float:
    """Pearson's linear correlation; 0 when either side does not vary."""
    a = predicted - predicted.mean()
    b = actual - actual.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 1e-12 else 0.0


def srcc(predicted: Array, actual: Array) -> float:
    """Spearman's rank correlation with tied ranks averaged; 0 when either side does not vary."""
    return plcc(average_ranks(predicted), average_ranks(actual))


def emd(predicted: Array, actual: Array, *, r: int) -> Array:
    """Equation 1 of NIMA for every row of (n, 10) shares. Returns (n,)."""
    if r not in (1, 2):
        raise ValueError(f"r is 1 or 2, not {r}")
    gap = np.abs(np.cumsum(predicted, axis=1) - np.cumsum(actual, axis=1))
    distances: Array = np.power(np.mean(gap**r, axis=1), 1.0 / r)
    return distances


def coverage(predicted: Array, actual: Array, *, half_width: float) -> float:
    """Share of mean scores that lie within ``half_width`` of the prediction."""
    return float(np.mean(np.abs(predicted - actual) <= half_width))


def conformal_half_width(residuals: Array, *, level: float) -> float:
    """Half width that held-out residuals stay within with probability ``level``.

    Split-conformal quantile: the ceil((n + 1) * level)-th smallest absolute residual. Infinite
    when there are too few residuals to promise the level.
    """
    ordered = np.sort(np.abs(residuals))
    rank = int(np.ceil((len(ordered) + 1) * level))
    return float(ordered[rank - 1]) if rank <= len(ordered) else float("inf")
