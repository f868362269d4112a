"""A report on held-out pictures: every figure with its bootstrap interval."""

from collections.abc import Callable

import numpy as np

from ml.contracts.config import Estimate, EvalReport
from ml.data.splits import Indices
from ml.evaluation.metrics import Array, emd, mean_scores, plcc, srcc

RESAMPLES = 1000
BOOTSTRAP_SEED = 95


def report(predicted: Array, actual: Array) -> EvalReport:
    """Compare (n, 10) shares. The intervals resample pictures, the same ones for every model."""
    if predicted.shape != actual.shape or len(actual) < 2:
        raise ValueError(f"cannot compare {predicted.shape} with {actual.shape}")
    guessed, voted = mean_scores(predicted), mean_scores(actual)
    errors = np.abs(guessed - voted)
    first, second = emd(predicted, actual, r=1), emd(predicted, actual, r=2)
    return EvalReport(
        count=len(actual),
        srcc=_estimate(lambda rows: srcc(guessed[rows], voted[rows]), len(actual)),
        plcc=_estimate(lambda rows: plcc(guessed[rows], voted[rows]), len(actual)),
        mae=_estimate(lambda rows: float(errors[rows].mean()), len(actual)),
        emd_r1=_estimate(lambda rows: float(first[rows].mean()), len(actual)),
        emd_r2=_estimate(lambda rows: float(second[rows].mean()), len(actual)),
    )


def difference(predicted: Array, rival: Array, actual: Array) -> Estimate:
    """SRCC of ``predicted`` minus SRCC of ``rival`` on the same resampled pictures."""
    ours, theirs, voted = mean_scores(predicted), mean_scores(rival), mean_scores(actual)
    return _estimate(
        lambda rows: srcc(ours[rows], voted[rows]) - srcc(theirs[rows], voted[rows]), len(actual)
    )


def _estimate(statistic: Callable[[Indices], float], count: int) -> Estimate:
    generator = np.random.default_rng(BOOTSTRAP_SEED)
    draws = [statistic(generator.integers(0, count, size=count)) for _ in range(RESAMPLES)]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Estimate(value=statistic(np.arange(count)), low=float(low), high=float(high))
