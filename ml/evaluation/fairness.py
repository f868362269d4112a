"""Whom a crop keeps: what each way to crop does with subjects whose place and tone are known."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.contracts.config import Estimate
from ml.contracts.crops import Aspect, CropAsk, Mark, MarkKind
from ml.crop.candidates import candidates
from ml.crop.field import CropField
from ml.crop.rank import to_shares
from ml.evaluation.bootstrap import estimate, mean_of
from ml.evaluation.cropping_methods import Ways, box_scores
from ml.evaluation.fairness_scenes import DrawnScene, Shares

Array = NDArray[np.float64]
Looker = Callable[[Image.Image], CropField]

_WAYS = Ways(centre_scale=1.0)
_ASK = CropAsk(aspect=Aspect(1, 1))
_WHOLE = 0.98  # of a subject's area: kept, but for a hair
_GONE = 0.02
_TIE = 1e-9
_FOUND = 0.3  # of a head's area that a mark of a face covers


@dataclass(frozen=True, slots=True, eq=False)
class Fate:
    """What one way to crop did with the subjects of a scene, (n,) each, means over tied boxes.

    ``whole`` and ``cut``: whether a subject was kept whole, or cut through. ``off``: how far its
    centre lies from the crop's, 0 in the middle, 1 on an edge, more outside.
    """

    whole: Array
    cut: Array
    off: Array


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One scene, whether each of its subjects was found as a face, and its fate by each way."""

    subjects: Shares
    tones: tuple[int, ...]
    ground: str
    found: NDArray[np.bool_]
    fates: Mapping[str, Fate]


def judged(scenes: Iterable[DrawnScene], look: Looker) -> Iterator[Case]:
    """The best square crop of each scene by each way, against its subjects."""
    for scene in scenes:
        field = look(scene.image)
        boxes = to_shares(candidates(*scene.image.size, _ASK).boxes, *scene.image.size)
        scores = box_scores(scene.image, field, boxes, _WAYS)
        fates = {way: _fate(scene.subjects, boxes[_best(score)]) for way, score in scores.items()}
        yield Case(
            scene.subjects,
            scene.tones,
            scene.ground,
            faces_found(scene.subjects, field.marks),
            fates,
        )


def faces_found(subjects: Shares, marks: tuple[Mark, ...]) -> NDArray[np.bool_]:
    """Whether a mark of a face covers enough of each subject (n, 4): (n,)."""
    faces = [
        (mark.left, mark.top, mark.right, mark.bottom)
        for mark in marks
        if mark.kind is MarkKind.FACE
    ]
    if not faces:
        return np.zeros(len(subjects), dtype=np.bool_)
    return np.asarray(share_within(subjects, np.array(faces)).max(axis=1) >= _FOUND)


def share_within(subjects: Shares, boxes: Shares) -> Array:
    """Share of the area of each subject (n, 4) that lies in each box (k, 4): (n, k)."""
    low = np.maximum(subjects[:, None, :2], boxes[None, :, :2])
    high = np.minimum(subjects[:, None, 2:], boxes[None, :, 2:])
    shared = np.maximum(high - low, 0.0).prod(axis=2)
    areas = (subjects[:, 2:] - subjects[:, :2]).prod(axis=1)
    return np.asarray(shared / areas[:, None])


def share_of(cases: list[Array]) -> Estimate:
    """Mean over cases with its interval; each case is one or more values, averaged."""
    values = np.array([np.mean(one) for one in cases])
    return estimate(mean_of(values), count=len(values))


def gap_of(first: list[float], second: list[float]) -> Estimate:
    """Mean of ``first`` less mean of ``second``, with the interval over both."""
    values = np.array([*first, *second])
    ours = np.arange(len(values)) < len(first)

    def statistic(weights: Array) -> Array:
        return _mean(weights * ours, values) - _mean(weights * ~ours, values)

    return estimate(statistic, count=len(values))


def _mean(weights: Array, values: Array) -> Array:
    return np.asarray(weights @ values / np.maximum(weights.sum(axis=1), 1e-9))


def _best(scores: Array) -> NDArray[np.bool_]:
    return np.asarray(scores >= scores.max() - _TIE)


def _fate(subjects: Shares, boxes: Shares) -> Fate:
    """Subjects (n, 4) under boxes (k, 4) that are equally good."""
    inside = share_within(subjects, boxes)  # (n, k)
    centres = (subjects[:, None, :2] + subjects[:, None, 2:]) / 2
    middles = (boxes[None, :, :2] + boxes[None, :, 2:]) / 2
    halves = (boxes[None, :, 2:] - boxes[None, :, :2]) / 2
    off = (np.abs(centres - middles) / halves).max(axis=2)
    whole = inside >= _WHOLE
    cut = (inside > _GONE) & ~whole
    return Fate(whole.mean(axis=1), cut.mean(axis=1), off.mean(axis=1))
