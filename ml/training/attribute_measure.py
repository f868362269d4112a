"""Fit one head and measure heads like it on pictures they never saw, beside its baseline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import brentq

from ml.contracts.attributes import OVERALL
from ml.contracts.config import Estimate
from ml.data.samples import Panel
from ml.data.splits import grouped_folds
from ml.evaluation.bootstrap import estimate, rank_correlation_of
from ml.evaluation.metrics import Array
from ml.models.attribute_mapper import HeadSpec
from ml.training.attribute_baselines import COLOUR_STATISTICS, ONE_FORMULA, best_formula
from ml.training.attribute_config import AttributeConfig
from ml.training.attribute_labels import HeadLabels, Round
from ml.training.attribute_ridge import (
    Lesson,
    Line,
    Predictor,
    choose_penalty,
    fit_lines,
    out_of_fold,
    tuned_line,
)

# tanh reaches the ends of a range nowhere; labels at an end are taken to lie this far out.
_FARTHEST = 0.95
_WIDEST_SHIFT = 20.0

Views = Callable[[int], tuple[Array, Array]]


@dataclass(frozen=True, slots=True, eq=False)
class HeadMeasure:
    """One finished head and what is known of it.

    ``merge`` answers z before the tanh, ``awcu`` the attribute itself. ``srcc`` and ``awcu_srcc``
    are held out; so is the better ``baseline``'s. ``ceiling``: see ``label_ceiling``.
    """

    labels: HeadLabels
    merge: Line
    awcu: Line
    penalty: float
    srcc: Estimate
    awcu_srcc: Estimate
    baseline: str
    baseline_srcc: float
    ceiling: float | None

    @property
    def shown(self) -> bool:
        """Whether it ranks pictures beyond chance: the whole interval lies above 0."""
        return self.srcc.low > 0


def lesson_of(labels: HeadLabels, views: Views, *, targets: Array | None = None) -> Lesson:
    """``views(panel)``: (features to learn from, features to be judged by) of its pictures."""
    parts = [np.flatnonzero(labels.panels == panel) for panel in np.unique(labels.panels)]
    learned, seen = (
        np.concatenate([views(int(labels.panels[at[0]]))[way][labels.rows[at]] for at in parts])
        for way in (0, 1)
    )
    back = np.argsort(np.concatenate(parts))
    return Lesson(
        features=learned[back],
        seen=seen[back],
        targets=labels.values if targets is None else targets,
        crowds=labels.panels,
        groups=labels.groups,
    )


def linked(values: Array, spec: HeadSpec) -> Array:
    """Values of a head's range as z, the number before its tanh."""
    unit = 2 * (values - spec.low) / (spec.high - spec.low) - 1
    z: Array = np.arctanh(np.clip(unit, -_FARTHEST, _FARTHEST))
    return z


def unlinked(z: Array, spec: HeadSpec) -> Array:
    """The value that a head answers for z."""
    values: Array = spec.low + (spec.high - spec.low) * (np.tanh(z) + 1) / 2
    return values


def levelled(line: Line, seen: Array, values: Array, spec: HeadSpec) -> Line:
    """The line moved so that its mean value of the pictures ``seen`` is that of ``values``."""
    z, wanted = line(seen), values.mean()

    def gap(shift: float) -> float:
        return float(unlinked(z + shift, spec).mean() - wanted)

    if gap(-_WIDEST_SHIFT) * gap(_WIDEST_SHIFT) >= 0:
        return line
    return Line(line.weight, line.bias + float(brentq(gap, -_WIDEST_SHIFT, _WIDEST_SHIFT)))


def measure_head(
    labels: HeadLabels,
    panels: Sequence[Panel],
    config: AttributeConfig,
    *,
    merged: Views,
    top: Views,
    colours: Views,
    formulas: Views,
) -> HeadMeasure:
    """Fit both heads of an attribute, and measure both and the baselines on the same splits."""
    z = linked(labels.values, labels.spec)
    lesson = lesson_of(labels, merged, targets=z)
    pooled = lesson_of(labels, top)
    tuned = partial(_tuned, labels=labels, config=config)
    measure = partial(_held_out, labels=labels, config=config)
    rivals = {
        COLOUR_STATISTICS: measure(lesson_of(labels, colours), tuned).value,
        ONE_FORMULA: measure(lesson_of(labels, formulas), best_formula).value,
    }
    best = max(rivals, key=lambda name: rivals[name])
    penalty, line = _finished(lesson, labels, config)
    return HeadMeasure(
        labels=labels,
        merge=_levelled_at_home(line, lesson, labels),
        awcu=_finished(pooled, labels, config)[1],
        penalty=penalty,
        srcc=measure(lesson, tuned),
        awcu_srcc=measure(pooled, tuned),
        baseline=best,
        baseline_srcc=rivals[best],
        ceiling=label_ceiling(labels, panels[labels.home]),
    )


def side_quality(labels: HeadLabels, merged: Views, config: AttributeConfig) -> float:
    """SRCC in folds of the training pictures alone, at the best penalty."""
    z = linked(labels.values, labels.spec)
    lesson = lesson_of(labels, merged, targets=z).only(labels.taught)
    return _choose(lesson, labels, config)[1]


def unseen_values(measure: HeadMeasure, merged: Views, config: AttributeConfig) -> Array:
    """Values for every picture of the first panel, by lines that did not learn from it."""
    labels = measure.labels
    _, seen = merged(0)
    z = measure.merge(seen)
    lesson = lesson_of(labels, merged, targets=linked(labels.values, labels.spec))
    if labels.home == 0:
        taught = lesson.only(labels.taught)
        guessed = out_of_fold(taught, [_folds(taught, config)], partial(_fixed, measure=measure))[0]
        here = taught.crowds == 0
        z[labels.rows[labels.taught][here]] = guessed[here]
    return unlinked(z, labels.spec)


def label_ceiling(labels: HeadLabels, panel: Panel) -> float | None:
    """Correlation of the ratings with what endless raters would say: the root of reliability.

    Reliability = 1 - (variance of a mean's error) / (variance of means) (Spearman 1904). The error
    is known where the votes are, and where raters chose between 0 and 1, whose mean m has the
    variance m (1 - m); None for the means of other scales.
    """
    own = labels.panels == labels.home
    means = labels.values[own]
    if labels.spec.key == OVERALL:
        noise = np.array([error_of_mean(panel.pictures[row].counts) for row in labels.rows[own]])
        noise = noise * ((labels.spec.high - labels.spec.low + 1) / panel.steps) ** 2
    elif (labels.spec.low, labels.spec.high) == (0.0, 1.0) and labels.raters > 1:
        noise = means * (1 - means) / (labels.raters - 1)
    else:
        return None
    spread = float(means.var())
    return float(np.sqrt(max(0.0, 1 - noise.mean() / spread))) if spread > 0 else None


def error_of_mean(counts: Sequence[float]) -> float:
    """Variance of the mean of some votes, in squared steps."""
    votes = np.asarray(counts)
    steps = np.arange(1, len(votes) + 1)
    total = votes.sum()
    mean = votes @ steps / total
    return float(votes @ np.square(steps - mean) / total / max(total - 1, 1))


def _tuned(lesson: Lesson, unseen: Array, *, labels: HeadLabels, config: AttributeConfig) -> Array:
    line = tuned_line(
        lesson, config.penalties, served=labels.home, seed=config.seed, parts=config.folds
    )
    return line(unseen)


def _fixed(lesson: Lesson, unseen: Array, *, measure: HeadMeasure) -> Array:
    line = fit_lines(lesson, [measure.penalty], served=measure.labels.home)[0]
    return line(unseen)


def _choose(lesson: Lesson, labels: HeadLabels, config: AttributeConfig) -> tuple[float, float]:
    return choose_penalty(
        lesson, config.penalties, served=labels.home, seed=config.seed, parts=config.folds
    )


def _finished(lesson: Lesson, labels: HeadLabels, config: AttributeConfig) -> tuple[float, Line]:
    taught = lesson.only(labels.taught)
    penalty, _ = _choose(taught, labels, config)
    return penalty, fit_lines(taught, [penalty], served=labels.home)[0]


def _held_out(
    lesson: Lesson, predict: Predictor, *, labels: HeadLabels, config: AttributeConfig
) -> Estimate:
    """Mean SRCC of the rounds, its interval from resampling pictures, all rounds alike."""
    answers = out_of_fold(lesson, labels.rounds, predict)
    tested = np.isfinite(answers[0])
    actual = lesson.targets[tested]
    statistics = [rank_correlation_of(row[tested], actual) for row in answers]

    def mean(weights: Array) -> Array:
        found: Array = np.mean([statistic(weights) for statistic in statistics], axis=0)
        return found

    return estimate(mean, count=int(tested.sum()), resamples=config.resamples)


def _levelled_at_home(line: Line, lesson: Lesson, labels: HeadLabels) -> Line:
    taught = labels.taught[labels.panels[labels.taught] == labels.home]
    return levelled(line, lesson.seen[taught], labels.values[taught], labels.spec)


def _folds(lesson: Lesson, config: AttributeConfig) -> Round:
    return grouped_folds(lesson.groups, seed=config.seed, parts=config.folds)
