"""Agreement between predicted and voted distributions. Pure functions over arrays."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SMALLEST_SHARE = 1e-6


def mean_scores(distributions: Array) -> Array:
    """(n, 10) shares -> (n,) means in [1, 10]."""
    bins = np.arange(1, distributions.shape[1] + 1, dtype=np.float64)
    means: Array = distributions @ bins
    return means


def spreads(distributions: Array) -> Array:
    """(n, k) shares -> (n,) standard deviations of the votes, in steps."""
    bins = np.arange(1, distributions.shape[1] + 1, dtype=np.float64)
    gap = bins - mean_scores(distributions)[:, None]
    result: Array = np.sqrt(np.sum(distributions * np.square(gap), axis=1))
    return result


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


def cd_loss(predicted: Array, actual: Array) -> Array:
    """Cumulative distribution loss of Murray & Gordo (2017), APM, for every row. Returns (n,).

    Taken to be sqrt(mean_k (CDF_p - CDF_q)^2), which is the EMD with r = 2: the paper's formula
    was not at hand, but only this reading puts APM's .0607 where its SRCC of .709 belongs
    between the constant histogram's .0893 and the label ceiling's .018 on AVA.
    """
    return emd(predicted, actual, r=2)


def kl_divergence(predicted: Array, actual: Array) -> Array:
    """Nats that ``predicted`` wastes on votes that fall as ``actual``: KL(actual || predicted).

    Per row of (n, k) shares. Predicted shares are raised to ``SMALLEST_SHARE`` and normalised, so
    that a vote in a bin that was ruled out costs much but not infinitely much. Returns (n,).
    """
    floored = np.maximum(predicted, SMALLEST_SHARE)
    floored = floored / floored.sum(axis=1, keepdims=True)
    logs = np.log(np.where(actual > 0, actual, 1.0)) - np.log(floored)
    divergence: Array = np.sum(actual * logs, axis=1)
    return divergence


def same_side(predicted: Array, actual: Array, *, threshold: float) -> Array:
    """1 where two (n,) mean scores lie on the same side of ``threshold``, else 0.

    A mean equal to the threshold counts as high. The mean of this is the binary accuracy.
    """
    agree: Array = ((predicted >= threshold) == (actual >= threshold)).astype(np.float64)
    return agree


def majority_accuracy(actual: Array, *, threshold: float) -> float:
    """Accuracy of calling every picture what most pictures are: what accuracy must beat."""
    high = float(np.mean(actual >= threshold))
    return max(high, 1.0 - high)


def coverage(predicted: Array, actual: Array, *, half_width: float | Array) -> float:
    """Share of mean scores that lie within ``half_width`` of the prediction."""
    return float(np.mean(np.abs(predicted - actual) <= half_width))


def errors_per_sd(guessed: Array, actual: Array) -> Array:
    """(n, k) shares twice -> (n,) errors of the means, each over the sd of the guessed votes."""
    errors: Array = (mean_scores(guessed) - mean_scores(actual)) / spreads(guessed)
    return errors


def conformal_half_width(residuals: Array, *, level: float) -> float:
    """Half width that held-out residuals stay within with probability ``level``.

    Split-conformal quantile: the ceil((n + 1) * level)-th smallest absolute residual. Infinite
    when there are too few residuals to promise the level.
    """
    ordered = np.sort(np.abs(residuals))
    rank = int(np.ceil((len(ordered) + 1) * level))
    return float(ordered[rank - 1]) if rank <= len(ordered) else float("inf")


def halved_coverage(guessed: Array, actual: Array, *, level: float) -> float | None:
    """Coverage of either half of the pictures by the width that the other half asks for.

    (n, 10) and (n, 10) shares; widths are conformal and in spreads of the prediction. None where
    the pictures are too few to promise ``level``.
    """
    errors = (mean_scores(guessed) - mean_scores(actual)) / spreads(guessed)
    halves = errors[: len(errors) // 2], errors[len(errors) // 2 :]
    held = []
    for own, other in (halves, halves[::-1]):
        width = conformal_half_width(other, level=level)
        if not np.isfinite(width) or not len(own):
            return None
        held.append(coverage(own, np.zeros(len(own)), half_width=width))
    return float(np.mean(held))
