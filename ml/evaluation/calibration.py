"""Whether predicted means and their intervals can be taken at their word."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from ml.contracts.config import Estimate
from ml.evaluation.bootstrap import RESAMPLES, Statistic, estimate, mean_of
from ml.evaluation.metrics import Array

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
SERVED_LEVEL = 0.8
RELIABILITY_BINS = 10
_FLAT = 1e-12


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """Of intervals that promise ``level``, the share ``covered`` that held the crowd's mean.

    ``half_width`` is their mean half width.
    """

    level: float
    half_width: float
    covered: Estimate


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Pictures whose predicted means lie together: what was ``predicted``, what was ``voted``."""

    count: int
    predicted: float
    voted: Estimate


@dataclass(frozen=True, slots=True)
class Calibration:
    """What intervals and means were worth on held-out pictures.

    ``slope`` of voted on predicted means: 1 when a predicted difference is a real one, above 1
    when predictions bunch too much. ``error`` is the mean gap between predicted and voted over
    the bins, weighted by their counts, in points of 1-10.
    """

    coverage: tuple[CoveragePoint, ...]
    reliability: tuple[ReliabilityBin, ...]
    slope: Estimate
    error: float


def calibration(
    predicted: Array,
    actual: Array,
    *,
    half_width: float | Array,
    levels: Sequence[float] = LEVELS,
    resamples: int = RESAMPLES,
) -> Calibration:
    """Judge (n,) predicted means and the half width, common or (n,), of their 80 % interval.

    The scorer promises 80 % alone; the widths at other levels are those of normal errors with
    the same 80 % quantile, so that their coverage shows whether the errors have longer tails.
    """
    bins = reliability(predicted, actual, resamples=resamples)
    gaps = [item.count * abs(item.predicted - item.voted.value) for item in bins]
    return Calibration(
        coverage=tuple(
            _covered(predicted, actual, level, half_width, resamples) for level in levels
        ),
        reliability=bins,
        slope=estimate(_slope_of(predicted, actual), count=len(actual), resamples=resamples),
        error=sum(gaps) / len(actual),
    )


def reliability(
    predicted: Array, actual: Array, *, bins: int = RELIABILITY_BINS, resamples: int = RESAMPLES
) -> tuple[ReliabilityBin, ...]:
    """Bins of nearly equal count along the predicted mean, lowest first; equal ones stay joined.

    Ties decide: a constant prediction has one bin.
    """
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, predicted, side="right")
    members = [np.flatnonzero(place == number) for number in np.unique(place)]
    return tuple(
        ReliabilityBin(
            count=len(rows),
            predicted=float(predicted[rows].mean()),
            voted=estimate(mean_of(actual[rows]), count=len(rows), resamples=resamples),
        )
        for rows in members
    )


def _covered(
    predicted: Array, actual: Array, level: float, half_width: float | Array, resamples: int
) -> CoveragePoint:
    width = np.asarray(half_width) * _quantile(level) / _quantile(SERVED_LEVEL)
    inside = (np.abs(predicted - actual) <= width).astype(np.float64)
    covered = estimate(mean_of(inside), count=len(inside), resamples=resamples)
    return CoveragePoint(level=level, half_width=float(width.mean()), covered=covered)


def _quantile(level: float) -> float:
    """Half width of a standard normal's central interval of probability ``level``."""
    return float(norm.ppf((1 + level) / 2))


def _slope_of(predicted: Array, actual: Array) -> Statistic:
    a, b = predicted - predicted.mean(), actual - actual.mean()
    mean_a, mean_b, mean_ab, mean_aa = mean_of(a), mean_of(b), mean_of(a * b), mean_of(a * a)

    def statistic(weights: Array) -> Array:
        variance = mean_aa(weights) - mean_a(weights) ** 2
        together = mean_ab(weights) - mean_a(weights) * mean_b(weights)
        flat = variance <= _FLAT
        return np.where(flat, 0.0, together / np.where(flat, 1.0, variance))

    return statistic
