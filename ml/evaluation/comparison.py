"""A scorer beside the baselines it must beat and the ceiling it cannot pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ml.contracts.config import Estimate, EvalReport
from ml.contracts.votes import counts_to_distribution
from ml.data.splits import Split
from ml.evaluation.baselines import constant_histogram, second_panel, tuned_ridge
from ml.evaluation.metrics import Array, coverage, mean_scores
from ml.evaluation.report import difference, report


@dataclass(frozen=True, slots=True)
class Rivals:
    """Predictions of the baselines for the same pictures, (n, 10) each.

    ``ridge_top``: ridge on the mean-pooled last layer, the usual frozen baseline. ``ridge``:
    ridge on the very features that the scorer's head reads.
    """

    constant: Array
    ridge_top: Array
    ridge: Array


@dataclass(frozen=True, slots=True)
class Comparison:
    """Reports on the same pictures. ``gain`` is SRCC above the better of the two ridges."""

    scorer: EvalReport
    constant: EvalReport
    ridge_top: EvalReport
    ridge: EvalReport
    ceiling: EvalReport
    gain: Estimate
    coverage: float


def rivals(
    features: Array, top: Array, shares: Array, *, splits: Sequence[Split], seed: int
) -> Rivals:
    """Predict the test rows of every split from its training rows. Other rows are NaN."""
    constant, ridge_top, ridge = (np.full_like(shares, np.nan) for _ in range(3))
    for split in splits:
        known = shares[split.train]
        constant[split.test] = constant_histogram(known, rows=len(split.test))
        for target, inputs in ((ridge_top, top), (ridge, features)):
            target[split.test] = tuned_ridge(
                inputs[split.train], known, unseen=inputs[split.test], seed=seed
            )
    return Rivals(constant=constant, ridge_top=ridge_top, ridge=ridge)


def compare(
    predicted: Array,
    rival: Rivals,
    counts: Sequence[Sequence[float]],
    *,
    half_width: float | Array,
    seed: int,
    resamples: int,
) -> Comparison:
    """Judge (n, 10) predictions and rivals, all finite, against the votes in ``counts``."""
    actual = np.array([counts_to_distribution(row) for row in counts])
    again = second_panel(counts, seed=seed)
    ceiling = np.array([counts_to_distribution(row.tolist()) for row in again])
    judge = partial(report, actual=actual, resamples=resamples)
    ridge_top, ridge = judge(rival.ridge_top), judge(rival.ridge)
    stronger = rival.ridge if ridge.srcc.value >= ridge_top.srcc.value else rival.ridge_top
    return Comparison(
        scorer=judge(predicted),
        constant=judge(rival.constant),
        ridge_top=ridge_top,
        ridge=ridge,
        ceiling=judge(ceiling),
        gain=difference(predicted, stronger, actual, resamples=resamples),
        coverage=coverage(mean_scores(predicted), mean_scores(actual), half_width=half_width),
    )
