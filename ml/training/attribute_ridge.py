"""Ridge regression in closed form, from few pictures to many features, crowd by crowd.

Features and targets are centred within each crowd and features scaled by the pooled spread, so
that a crowd that rates higher, or whose pictures look different, does not tilt the slope. With n
pictures and F features the n x n system is solved (Saunders et al. 1998, equation 8).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ml.data.splits import Indices, grouped_folds
from ml.evaluation.metrics import Array, srcc
from ml.training.attribute_labels import Round

_LEAST_SCALE = 1e-6
_LEAST_SQUARES = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Labelled pictures. ``features``: (n, F) to learn from; ``seen``: (n, F) to be judged by.

    ``targets``, ``crowds``, ``groups``: (n,). The crowd of the first picture is the served one.
    """

    features: Array
    seen: Array
    targets: Array
    crowds: Indices
    groups: Indices

    def only(self, rows: Indices) -> "Lesson":
        """These pictures alone."""
        return Lesson(
            self.features[rows],
            self.seen[rows],
            self.targets[rows],
            self.crowds[rows],
            self.groups[rows],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A linear answer. ``weight``: (F,)."""

    weight: Array
    bias: float

    def __call__(self, features: Array) -> Array:
        """(m, F) -> (m,)."""
        answers: Array = features @ self.weight + self.bias
        return answers


Predictor = Callable[[Lesson, Array], Array]


def fit_lines(lesson: Lesson, penalties: Sequence[float], *, served: int) -> list[Line]:
    """One line for each penalty, answering as crowd ``served`` would.

    Penalties are relative to the mean squared length of a picture's features.
    """
    here = lesson.crowds == served
    features = _centred(lesson.features, lesson.crowds)
    targets = _centred(lesson.targets[:, None], lesson.crowds)[:, 0]
    scale = features.std(axis=0)
    scale = scale + _LEAST_SCALE * (1 + np.abs(lesson.features).max(axis=0))
    known = features / scale
    size = float(np.square(known).sum(axis=1).mean()) + _LEAST_SQUARES
    values, vectors = np.linalg.eigh(known @ known.T / size)
    inwards = vectors.T @ targets  # (n,)
    lines: list[Line] = []
    for penalty in penalties:
        duals = vectors @ (inwards / (np.maximum(values, 0.0) + penalty))
        weight = known.T @ duals / size / scale  # (F,)
        bias = lesson.targets[here].mean() - lesson.features[here].mean(axis=0) @ weight
        lines.append(Line(weight, float(bias)))
    return lines


def choose_penalty(
    lesson: Lesson, penalties: Sequence[float], *, served: int, seed: int, parts: int
) -> tuple[float, float]:
    """The penalty with the best cross-validated SRCC in the served crowd, and that SRCC.

    Near-duplicates stay on one side. Raises TooFewPicturesError.
    """
    guessed = np.zeros((len(penalties), len(lesson.targets)))
    for split in grouped_folds(lesson.groups, seed=seed, parts=parts):
        lines = fit_lines(lesson.only(split.train), penalties, served=served)
        guessed[:, split.test] = [line(lesson.seen[split.test]) for line in lines]
    here = lesson.crowds == served
    found = [srcc(row[here], lesson.targets[here]) for row in guessed]
    best = int(np.argmax(found))
    return penalties[best], found[best]


def tuned_line(
    lesson: Lesson, penalties: Sequence[float], *, served: int, seed: int, parts: int
) -> Line:
    """The line of the penalty that the lesson itself chooses."""
    penalty, _ = choose_penalty(lesson, penalties, served=served, seed=seed, parts=parts)
    return fit_lines(lesson, [penalty], served=served)[0]


def out_of_fold(lesson: Lesson, rounds: Sequence[Round], predict: Predictor) -> list[Array]:
    """Predictions of each round, (n,); NaN for pictures that the round does not test."""
    answers: list[Array] = []
    for splits in rounds:
        guessed = np.full(len(lesson.targets), np.nan)
        for split in splits:
            guessed[split.test] = predict(lesson.only(split.train), lesson.seen[split.test])
        answers.append(guessed)
    return answers


def _centred(values: Array, crowds: Indices) -> Array:
    """(n, k) less the mean of each row's crowd."""
    centred = np.empty_like(values)
    for crowd in np.unique(crowds):
        rows = crowds == crowd
        centred[rows] = values[rows] - values[rows].mean(axis=0)
    return centred
