"""A report on held-out pictures: every figure with its bootstrap interval."""

from collections.abc import Callable
from functools import partial

import numpy as np

from ml.contracts.config import Estimate, EvalReport
from ml.data.splits import Indices
from ml.evaluation.metrics import Array, emd, mean_scores, plcc, srcc

RESAMPLES = 1000
BOOTSTRAP_SEED = 95


def report(predicted: Array, actual: Array, *, resamples: int = RESAMPLES) -> EvalReport:
    """Compare (n, 10) shares. The intervals resample pictures, the same ones for every model."""
    if predicted.shape != actual.shape or len(actual) < 2:
        raise ValueError(f"cannot compare {predicted.shape} with {actual.shape}")
    guessed, voted = mean_scores(predicted), mean_scores(actual)
    errors = np.abs(guessed - voted)
    first, second = emd(predicted, actual, r=1), emd(predicted, actual, r=2)
    estimate = partial(_estimate, count=len(actual), resamples=resamples)
    return EvalReport(
        count=len(actual),
        srcc=estimate(lambda rows: srcc(guessed[rows], voted[rows])),
        plcc=estimate(lambda rows: plcc(guessed[rows], voted[rows])),
        mae=estimate(lambda rows: float(errors[rows].mean())),
        emd_r1=estimate(lambda rows: float(first[rows].mean())),
        emd_r2=estimate(lambda rows: float(second[rows].mean())),
    )


def difference(
    predicted: Array, rival: Array, actual: Array, *, resamples: int = RESAMPLES
) -> Estimate:
    """SRCC of ``predicted`` minus SRCC of ``rival`` on the same resampled pictures."""
    ours, theirs, voted = mean_scores(predicted), mean_scores(rival), mean_scores(actual)
    return _estimate(
        lambda rows: srcc(ours[rows], voted[rows]) - srcc(theirs[rows], voted[rows]),
        count=len(actual),
        resamples=resamples,
    )


def _estimate(statistic: Callable[[Indices], float], *, count: int, resamples: int) -> Estimate:
    generator = np.random.default_rng(BOOTSTRAP_SEED)
    draws = [statistic(generator.integers(0, count, size=count)) for _ in range(resamples)]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Estimate(value=statistic(np.arange(count)), low=float(low), high=float(high))
