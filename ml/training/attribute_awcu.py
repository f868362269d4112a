"""AWCU's class head: low or high aesthetic quality, ambiguous pictures counting less.

Logistic regression on the mean-pooled top map, each training picture weighed by how far its mean
rating lies from the threshold (``ml.losses.weighting``). gamma = 0 is the unweighted head.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from ml.contracts.config import Estimate
from ml.data.splits import Split, grouped_folds
from ml.evaluation.bootstrap import estimates, mean_of
from ml.evaluation.metrics import majority_accuracy
from ml.losses.weighting import ambiguity_weights
from ml.training.attribute_config import AttributeConfig
from ml.training.attribute_ridge import Lesson, Line

_STEPS = 500
_LEAST_SCALE = 1e-6
# A picture exactly at the threshold would have weight 0 in every power; delta cancels out.
_DELTA = 1.0
# The log-odds of a class that no training picture contradicts.
_CERTAIN = 4.0


@dataclass(frozen=True, slots=True)
class ClassMeasure:
    """Accuracy on ``count`` pictures never learned from, and that of the commoner class.

    ``gain``: weighted less plain, on the same pictures. ``chosen``: gamma of the finished head.
    """

    count: int
    plain: Estimate
    weighted: Estimate
    gain: Estimate
    majority: float
    threshold: float
    chosen: float


def measure_class(
    lesson: Lesson, split: Split, config: AttributeConfig
) -> tuple[Line, ClassMeasure]:
    """The head of the training pictures, answering log-odds of high quality, and its accuracy.

    ``lesson``: targets are mean ratings. The weighted and the plain head each choose their
    strength, and the weighted one its gamma, in folds of the training pictures; the finished head
    is the better of the two there.
    """
    known, unseen = lesson.only(split.train), lesson.only(split.test)
    plain, weighted = _choose(known, (0.0,), config), _choose(known, config.gammas, config)
    lines = [
        fit_class(known, gamma=each.gamma, strength=each.strength, config=config)
        for each in (plain, weighted)
    ]
    better = int(weighted.right > plain.right)
    return lines[better], ClassMeasure(
        count=len(unseen.targets),
        majority=majority_accuracy(unseen.targets, threshold=config.threshold),
        threshold=config.threshold,
        chosen=(plain, weighted)[better].gamma,
        **_accuracies(lines, unseen, config),
    )


def fit_class(lesson: Lesson, *, gamma: float, strength: float, config: AttributeConfig) -> Line:
    """Log-odds of high quality from (n, C) features; a constant where one class is missing."""
    high = lesson.targets >= config.threshold
    if high.all() or not high.any():
        return Line(np.zeros(lesson.features.shape[1]), _CERTAIN if high.all() else -_CERTAIN)
    weights = ambiguity_weights(
        lesson.targets, threshold=config.threshold, delta=_DELTA, gamma=gamma
    )
    centre = lesson.features.mean(axis=0)
    scale = lesson.features.std(axis=0) + _LEAST_SCALE
    model = LogisticRegression(C=strength, max_iter=_STEPS)
    with warnings.catch_warnings():
        # A head that stopped early is judged by its accuracy like any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit((lesson.features - centre) / scale, high, sample_weight=weights)
    weight = model.coef_[0] / scale
    return Line(weight, float(model.intercept_[0] - centre @ weight))


def _accuracies(
    lines: Sequence[Line], unseen: Lesson, config: AttributeConfig
) -> dict[str, Estimate]:
    """``plain``, ``weighted`` and their difference ``gain``; ``lines`` are plain and weighted."""
    actual = unseen.targets >= config.threshold
    plain, weighted = (((line(unseen.seen) > 0) == actual).astype(np.float64) for line in lines)
    return estimates(
        {"plain": mean_of(plain), "weighted": mean_of(weighted), "gain": mean_of(weighted - plain)},
        count=len(actual),
        resamples=config.resamples,
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """``right``: how many pictures of the folds it named rightly."""

    gamma: float
    strength: float
    right: int


def _choose(lesson: Lesson, gammas: Sequence[float], config: AttributeConfig) -> _Choice:
    """Gamma and strength with the best accuracy in folds of the lesson; the first of equals."""
    choices = list(product(gammas, config.strengths))
    right = np.zeros(len(choices), dtype=np.int64)
    for split in grouped_folds(lesson.groups, seed=config.seed, parts=config.folds):
        known = lesson.only(split.train)
        actual = lesson.targets[split.test] >= config.threshold
        for at, (gamma, strength) in enumerate(choices):
            line = fit_class(known, gamma=gamma, strength=strength, config=config)
            right[at] += ((line(lesson.seen[split.test]) > 0) == actual).sum()
    best = int(np.argmax(right))
    return _Choice(*choices[best], right=int(right[best]))
