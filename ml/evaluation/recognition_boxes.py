"""How well boxes fit, on pictures whose boxes are exact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.contracts.config import Estimate
from ml.contracts.objects import Edges, overlap
from ml.data.composites import Composite
from ml.evaluation.bootstrap import RESAMPLES, Statistic, estimates, mean_of
from ml.evaluation.metrics import Array
from ml.explain.object_maps import Map
from ml.explain.objects import Found, box_of, find
from ml.inference.recognition import LoadedRecogniser

LEVELS = (0.3, 0.5)
OURS, CENTRE, WHOLE = "evidence", "centre box", "whole frame"


@dataclass(frozen=True, slots=True)
class ObjectTrial:
    """One object. ``known``: where it was sought when its class was given away.

    ``told``: boxes of its class that were told without help. ``pointed``: the highest place of the
    evidence lies in it, by way.
    """

    picture: int
    label: int
    box: Edges
    size: tuple[int, int]
    known: Edges
    told: tuple[Edges, ...]
    pointed: bool


@dataclass(frozen=True, slots=True)
class BoxTrials:
    """``objects`` of all composites; ``right``: of every box told, its overlap with its object."""

    objects: tuple[ObjectTrial, ...]
    told: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BoxFigures:
    """A row of the table, each with an interval over objects."""

    way: str
    iou: Estimate
    at_least: Mapping[float, Estimate]
    pointing: Estimate


def box_trials(
    recogniser: LoadedRecogniser,
    composites: Sequence[Composite],
    *,
    on_progress: Callable[[int, int], None],
) -> BoxTrials:
    """Seek every object twice: with its class given away, and without."""
    objects: list[ObjectTrial] = []
    told: list[float] = []
    for number, one in enumerate(composites):
        found = find(recogniser, one.image)
        for label in {placed.label for placed in one.placed}:
            known, evidence = box_of(recogniser, one.image, label)
            objects += [
                _trial(number, one, placed.box, label, (known, evidence), found)
                for placed in one.placed
                if placed.label == label
            ]
        told += [_best(one, each.label, each.box) for each in found.recognition.objects]
        on_progress(number + 1, len(composites))
    return BoxTrials(tuple(objects), tuple(told))


def known_figures(
    trials: BoxTrials, *, centre: tuple[float, float], resamples: int = RESAMPLES
) -> list[BoxFigures]:
    """With the class given away: the evidence, a centre box of ``centre`` = shares, the frame."""
    ways: dict[str, Callable[[ObjectTrial], Edges]] = {
        OURS: lambda one: one.known,
        CENTRE: lambda one: centred(one.size, centre),
        WHOLE: lambda one: (0, 0, *one.size),
    }
    return [
        _figures(way, trials.objects, box_by, resamples=resamples) for way, box_by in ways.items()
    ]


def told_figures(trials: BoxTrials, *, resamples: int = RESAMPLES) -> dict[str, Estimate]:
    """Without help: how many objects a box was told for, and how many boxes told were right."""
    reached = np.array(
        [max((overlap(one.box, each) for each in o.told), default=0.0) for o in trials.objects
         for one in [o]]
    )  # fmt: skip
    told = np.array(trials.told)
    found: dict[str, Estimate] = {}
    for level in LEVELS:
        found |= _shares({f"found, IoU {level}": reached >= level}, resamples)
        if len(told):
            found |= _shares({f"right, IoU {level}": told >= level}, resamples)
    return found


def centre_shares(composites: Sequence[Composite]) -> tuple[float, float]:
    """Mean width and height of objects as shares of the picture: the best centre box to guess."""
    shares = [
        (placed.box[2] / one.image.width, placed.box[3] / one.image.height)
        for one in composites
        for placed in one.placed
    ]
    width, height = np.mean(shares, axis=0)
    return float(width), float(height)


def centred(size: tuple[int, int], shares: tuple[float, float]) -> Edges:
    """A box in the middle."""
    width, height = round(size[0] * shares[0]), round(size[1] * shares[1])
    return (size[0] - width) // 2, (size[1] - height) // 2, width, height


def _trial(
    number: int,
    one: Composite,
    box: Edges,
    label: int,
    sought: tuple[Edges, Map],
    found: Found,
) -> ObjectTrial:
    known, evidence = sought
    told = tuple(each.box for each in found.recognition.objects if each.label == label)
    return ObjectTrial(
        number, label, box, one.image.size, known, told, _points_into(evidence, box, one.image)
    )


def _points_into(evidence: Map, box: Edges, image: Image.Image) -> bool:
    row, column = np.unravel_index(int(evidence.argmax()), evidence.shape)
    x = (column + 0.5) * image.width / evidence.shape[1]
    y = (row + 0.5) * image.height / evidence.shape[0]
    return bool(box[0] <= x < box[0] + box[2] and box[1] <= y < box[1] + box[3])


def _best(one: Composite, label: int, box: Edges) -> float:
    fits = (overlap(box, placed.box) for placed in one.placed if placed.label == label)
    return max(fits, default=0.0)


def _figures(
    way: str,
    objects: Sequence[ObjectTrial],
    box_by: Callable[[ObjectTrial], Edges],
    *,
    resamples: int,
) -> BoxFigures:
    fits = np.array([overlap(one.box, box_by(one)) for one in objects])
    hits = np.array(
        [one.pointed if way == OURS else _middle_in(box_by(one), one.box) for one in objects]
    )
    named: dict[str, Array] = {"iou": fits, "pointing": hits.astype(np.float64)}
    named |= {str(level): (fits >= level).astype(np.float64) for level in LEVELS}
    statistics: dict[str, Statistic] = {name: mean_of(rows) for name, rows in named.items()}
    groups = np.array([one.picture for one in objects])
    found = estimates(statistics, count=len(objects), resamples=resamples, groups=groups)
    at_least = {level: found[str(level)] for level in LEVELS}
    return BoxFigures(way, found["iou"], at_least, found["pointing"])


def _middle_in(guess: Edges, box: Edges) -> bool:
    x, y = guess[0] + guess[2] / 2, guess[1] + guess[3] / 2
    return box[0] <= x < box[0] + box[2] and box[1] <= y < box[1] + box[3]


def _shares(named: Mapping[str, NDArray[np.bool_]], resamples: int) -> dict[str, Estimate]:
    count = len(next(iter(named.values())))
    statistics = {name: mean_of(hits.astype(np.float64)) for name, hits in named.items()}
    return estimates(statistics, count=count, resamples=resamples)
