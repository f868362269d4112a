"""How well classes are recognised: macro-F1 of what is told, mAP of how it is ranked.

Every statistic is a function of how often each picture was drawn, see ``ml.evaluation.bootstrap``.
Several runs of one recipe are judged on the same resamples, and their mean is the figure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.config import Estimate
from ml.contracts.objects import NONE_LABEL, decide
from ml.evaluation.bootstrap import RESAMPLES, Groups, Statistic, estimates
from ml.evaluation.metrics import Array

MACRO_F1 = "macro-F1"
MEAN_AP = "mAP"
_TINY = 1e-12

Labels = Sequence[tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one run says of some pictures: (n, K) confidences, and from where on it tells them."""

    confidences: Array
    threshold: float

    @property
    def told(self) -> list[tuple[int, ...]]:
        """The labels of each picture."""
        return [decide(row.tolist(), threshold=self.threshold) for row in self.confidences]


@dataclass(frozen=True, slots=True)
class Recognised:
    """Both figures of a recipe on one kind of picture, and the value that each seed had."""

    macro_f1: Estimate
    mean_ap: Estimate
    by_seed: tuple[tuple[float, float], ...]


def recognised(
    runs: Sequence[Answers], actual: Labels, *, resamples: int = RESAMPLES
) -> Recognised:
    """The mean of several runs on pictures of known labels. Raises ValueError without runs."""
    if not runs:
        raise ValueError("there is no run to judge")
    classes = runs[0].confidences.shape[1]
    truth = flags(actual, classes)
    f1s = [macro_f1_of(flags(run.told, classes), truth) for run in runs]
    aps = [mean_ap_of(run.confidences, truth[:, :classes]) for run in runs]
    found = estimates(
        {MACRO_F1: _mean(f1s), MEAN_AP: _mean(aps)}, count=len(actual), resamples=resamples
    )
    whole = np.ones((1, len(actual)))
    by_seed = tuple(
        (float(f1(whole)[0]), float(ap(whole)[0])) for f1, ap in zip(f1s, aps, strict=True)
    )
    return Recognised(found[MACRO_F1], found[MEAN_AP], by_seed)


def majority(learned: Labels, classes: int, *, count: int) -> Answers:
    """Every picture called what most of the learned ones are; all classes by their share."""
    common = Counter(label for labels in learned for label in labels)
    most = common.most_common(1)[0][0]
    shares = np.array([common[label] / (2 * len(learned)) for label in range(classes)])
    if most != NONE_LABEL:
        shares[most] = 1.0
    return Answers(np.tile(shares, (count, 1)), threshold=0.75)


def flags(labels: Labels, classes: int) -> Array:
    """(n, K + 1): 1 for each label of a picture, the last column for none of the classes."""
    found = np.zeros((len(labels), classes + 1))
    for row, held in enumerate(labels):
        found[row, list(held)] = 1.0  # NONE_LABEL is the last one
    return found


def macro_f1_of(told: Array, truth: Array) -> Statistic:
    """Mean over columns of 2 TP / (2 TP + FP + FN); columns that nobody tells or holds left out."""
    both, either = told * truth, told + truth

    def statistic(weights: Array) -> Array:
        hits, all_of = 2 * (weights @ both), weights @ either
        known = all_of > _TINY
        shares = np.where(known, hits / np.where(known, all_of, 1.0), 0.0)
        found: Array = shares.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        return found

    return statistic


def f1_by_class(told: Array, truth: Array) -> list[float | None]:
    """F1 of each column on all pictures, None where no picture holds it."""
    hits, all_of = 2 * (told * truth).sum(axis=0), (told + truth).sum(axis=0)
    return [
        float(h / a) if held else None
        for h, a, held in zip(hits, all_of, truth.sum(axis=0), strict=True)
    ]


def mean_ap_of(confidences: Array, truth: Array) -> Statistic:
    """Mean over classes of average precision (sum of precision at each hit, over the hits).

    Pictures of equal confidence count as one step. Classes without a picture are left out.
    """
    steps = [_ranking(confidences[:, label]) for label in range(confidences.shape[1])]

    def statistic(weights: Array) -> Array:
        total = np.zeros(len(weights))
        known = np.zeros(len(weights))
        for label, (order, ends) in enumerate(steps):
            drawn = weights[:, order]
            hits = np.cumsum(drawn * truth[order, label], axis=1)[:, ends]
            seen = np.maximum(np.cumsum(drawn, axis=1)[:, ends], _TINY)
            gained = np.diff(hits, axis=1, prepend=0.0)
            held = hits[:, -1]
            total += (gained * hits / seen).sum(axis=1) / np.maximum(held, _TINY)
            known += held > _TINY
        return total / np.maximum(known, 1.0)

    return statistic


def calibration_error(confidences: Array, truth: Array, *, bins: int = 10) -> float:
    """Mean gap between confidence and share of hits, over bins of confidence, by their size."""
    values, hits = confidences.ravel(), truth.ravel()
    place = np.minimum((values * bins).astype(int), bins - 1)
    sizes = np.bincount(place, minlength=bins)
    gaps = np.abs(np.bincount(place, hits, bins) - np.bincount(place, values, bins))
    return float(gaps.sum() / sizes.sum())


def by_figure(found: Recognised) -> Mapping[str, Estimate]:
    """Both figures by name."""
    return {MACRO_F1: found.macro_f1, MEAN_AP: found.mean_ap}


def _ranking(values: Array) -> tuple[Groups, Groups]:
    """Positions, most confident first, and where each run of equal values ends."""
    order = np.argsort(-values, kind="stable")
    ends: Groups = np.flatnonzero(np.diff(values[order], append=-1.0))
    return order, ends


def _mean(statistics: Sequence[Statistic]) -> Statistic:
    def statistic(weights: Array) -> Array:
        found: Array = np.mean([one(weights) for one in statistics], axis=0)
        return found

    return statistic
