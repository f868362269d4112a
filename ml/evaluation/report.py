"""A report on held-out pictures: every figure with its bootstrap interval."""

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from ml.contracts.config import Estimate, EvalReport
from ml.evaluation.bootstrap import (
    RESAMPLES,
    Statistic,
    correlation_of,
    estimate,
    estimates,
    mean_of,
    rank_correlation_of,
    sd_ratio_of,
)
from ml.evaluation.checks import checked_pair
from ml.evaluation.metrics import (
    Array,
    emd,
    kl_divergence,
    mean_scores,
    same_side,
    spreads,
)

THRESHOLD = 5.0


def report(
    predicted: ArrayLike,
    actual: ArrayLike,
    *,
    resamples: int = RESAMPLES,
    threshold: float = THRESHOLD,
) -> EvalReport:
    """Compare (n, 10) shares. The intervals resample pictures, the same ones for every model.

    ``threshold`` parts high from low means; 5 is what the literature on AVA uses.
    Raises BadRowsError.
    """
    guessed, voted = checked_pair(predicted, actual)
    statistics = _statistics(guessed, voted, threshold=threshold)
    figures = estimates(statistics, count=len(voted), resamples=resamples)
    return EvalReport(count=len(voted), threshold=threshold, **figures)


def difference(
    predicted: Array, rival: Array, actual: Array, *, resamples: int = RESAMPLES
) -> Estimate:
    """SRCC of ``predicted`` minus SRCC of ``rival`` on the same resampled pictures."""
    voted = mean_scores(actual)
    ours = rank_correlation_of(mean_scores(predicted), voted)
    theirs = rank_correlation_of(mean_scores(rival), voted)
    return estimate(
        lambda weights: ours(weights) - theirs(weights), count=len(actual), resamples=resamples
    )


def _statistics(predicted: Array, actual: Array, *, threshold: float) -> dict[str, Statistic]:
    guessed, voted = mean_scores(predicted), mean_scores(actual)
    distance = partial(emd, predicted, actual)
    high = (voted >= threshold).astype(np.float64)
    return {
        "srcc": rank_correlation_of(guessed, voted),
        "plcc": correlation_of(guessed, voted),
        "mae": mean_of(np.abs(guessed - voted)),
        "mse": mean_of(np.square(guessed - voted)),
        "emd_r1": mean_of(distance(r=1)),
        "emd_r2": mean_of(distance(r=2)),
        "kl": mean_of(kl_divergence(predicted, actual)),
        "spread_srcc": rank_correlation_of(spreads(predicted), spreads(actual)),
        "range_ratio": sd_ratio_of(guessed, voted),
        "accuracy": mean_of(same_side(guessed, voted, threshold=threshold)),
        "majority": _larger_side(mean_of(high)),
    }


def _larger_side(share: Statistic) -> Statistic:
    return lambda weights: np.maximum(share(weights), 1.0 - share(weights))
