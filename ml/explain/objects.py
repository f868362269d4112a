"""Boxes from a classifier that never saw one: where in a picture its classes are, and why.

1. Margins that are no part of the work are left out (``ml.data.margins``).
2. One pass at each of several scales: the mean of the logit maps over a window of the size that
   the network learned from is its answer for that crop, so every pass judges all crops of a scale.
3. Evidence: the class' own maps of all scales, times VisualBackProp's mask of the finest one.
4. Evidence and mask are cut (a share of the highest place; Otsu), what hangs together is a box.
5. Each box, and the best windows, are cut out and judged by the classifier again.
6. The best are looked at once more, enlarged: a better box inside replaces the first.
7. Of boxes that overlap much the surest stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from ml.contracts.objects import Edges, FoundObject, Recognition, decide, overlap
from ml.data.margins import without_margins
from ml.data.transforms import UnusablePictureError, on_white
from ml.explain.object_maps import SCALES, Looked, Map, look, parts_above, unit
from ml.inference.recognition import LoadedRecogniser

SMALLEST = 24  # pixels of the shorter side
_CLASSES = 3
_HALF_SURE = 0.5  # of the threshold: less than that is not looked for
_REFINED = 3
_CONTEXT = 0.12
_ZOOM = 0.35
_SAME_CLASS, _OTHER_CLASS = 0.4, 0.7


class TooSmallToSearchError(UnusablePictureError):
    """The picture has hardly any pixels: permanent, bring a larger reproduction."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """``recognition`` with an evidence map for each of its objects.

    A map is (h, w) in 0..1 and covers what was kept of the picture.
    """

    recognition: Recognition
    evidence: tuple[Map, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    label: int
    box: Edges
    confidence: float


def find(
    recogniser: LoadedRecogniser, picture: Image.Image, *, least: float | None = None
) -> Found:
    """All objects of the known classes. Transparency lies over white.

    ``least``: told from this confidence on, instead of the card's.

    Raises UnusablePictureError, of which TooSmallToSearchError is one.
    """
    upright = on_white(ImageOps.exif_transpose(picture))
    if min(upright.size) < SMALLEST:
        raise TooSmallToSearchError(
            f"{upright.width} x {upright.height} pixels; both sides have at least {SMALLEST}"
        )
    kept = without_margins(upright)
    work = kept.of(upright)
    seen = look(recogniser, work, scales=SCALES)
    objects = _objects(recogniser, work, seen)
    threshold = recogniser.card.box_threshold if least is None else least
    told = [one for one in objects if one.confidence >= threshold]
    confidences = tuple(float(value) for value in recogniser.confidences([work])[0])
    recognition = Recognition(
        labels=_labels(confidences, told, threshold=recogniser.card.threshold),
        confidences=confidences,
        objects=tuple(_named(one, recogniser, shift=kept.box[:2]) for one in told),
        kept=kept.box,
        margins=kept.margins,
    )
    return Found(recognition, tuple(unit(seen.maps[one.label]) for one in told))


def box_of(recogniser: LoadedRecogniser, picture: Image.Image, label: int) -> tuple[Edges, Map]:
    """Where an RGB picture that is known to hold a class most likely has it, and the evidence."""
    seen = look(recogniser, picture, scales=SCALES)
    boxes = dict.fromkeys(_proposals(recogniser, seen, label, picture.size))
    judged = _judged(recogniser, picture, [(label, box) for box in boxes])
    best = _refined(recogniser, picture, max(judged, key=lambda one: one.confidence))
    return best.box, unit(seen.maps[label])


def _named(one: _Candidate, recogniser: LoadedRecogniser, *, shift: tuple[int, int]) -> FoundObject:
    x, y, width, height = one.box
    name = recogniser.card.classes[one.label]
    return FoundObject(one.label, name, one.confidence, (x + shift[0], y + shift[1], width, height))


def _objects(recogniser: LoadedRecogniser, work: Image.Image, seen: Looked) -> list[_Candidate]:
    """Candidates of the likely classes, judged, refined, the surest of what overlaps."""
    wanted = np.argsort(-seen.sure)[:_CLASSES]
    likely = [
        int(label) for label in wanted if seen.sure[label] >= _HALF_SURE * recogniser.card.threshold
    ]
    whole = (0, 0, work.width, work.height)
    asked: list[tuple[int, Edges]] = []
    for label in likely:
        boxes = _proposals(recogniser, seen, label, work.size)
        asked += [(label, box) for box in dict.fromkeys([*boxes, whole])]
    candidates = sorted(_judged(recogniser, work, asked), key=lambda one: -one.confidence)
    first = _suppressed(candidates)
    refined = [_refined(recogniser, work, one) for one in first[:_REFINED]]
    return _suppressed(sorted([*refined, *first[_REFINED:]], key=lambda one: -one.confidence))


def _proposals(
    recogniser: LoadedRecogniser, seen: Looked, label: int, size: tuple[int, int]
) -> list[Edges]:
    evidence = seen.maps[label]
    boxes = parts_above(evidence, recogniser.card.box_level, size=size)
    boxes += parts_above(seen.mask * (evidence > 0), 0.0, size=size)[:1]
    left, top, right, bottom = seen.windows[label]
    window = (left * size[0], top * size[1], (right - left) * size[0], (bottom - top) * size[1])
    return [*boxes, _whole_numbers(window)]


def _refined(recogniser: LoadedRecogniser, work: Image.Image, one: _Candidate) -> _Candidate:
    """Look again at the box, enlarged; the better of the box before and the one found inside."""
    view = _grown(one.box, _ZOOM, work.size)
    part = work.crop((view[0], view[1], view[0] + view[2], view[1] + view[3]))
    if min(part.size) < SMALLEST:
        return one
    seen = look(recogniser, part, scales=SCALES[:1])
    boxes = parts_above(seen.maps[one.label], recogniser.card.box_level, size=part.size)[:1]
    moved = [(one.label, (x + view[0], y + view[1], w, h)) for x, y, w, h in boxes]
    return max([one, *_judged(recogniser, work, moved)], key=lambda each: each.confidence)


def _judged(
    recogniser: LoadedRecogniser, work: Image.Image, asked: Sequence[tuple[int, Edges]]
) -> list[_Candidate]:
    """Each box cut out with a little of what is around it, and judged by itself."""
    if not asked:
        return []
    views = [_grown(box, _CONTEXT, work.size) for _, box in asked]
    crops = [work.crop((x, y, x + w, y + h)) for x, y, w, h in views]
    sure = recogniser.confidences(crops)
    return [
        _Candidate(label, box, float(row[label]))
        for (label, box), row in zip(asked, sure, strict=True)
    ]


def _suppressed(ordered: Sequence[_Candidate]) -> list[_Candidate]:
    """The surest of boxes that overlap, more strictly within a class."""
    kept: list[_Candidate] = []
    for one in ordered:
        limits = (
            overlap(one.box, other.box)
            - (_SAME_CLASS if one.label == other.label else _OTHER_CLASS)
            for other in kept
        )
        if all(over < 0 for over in limits):
            kept.append(one)
    return kept


def _labels(
    confidences: Sequence[float], told: Sequence[_Candidate], *, threshold: float
) -> tuple[int, ...]:
    """What the whole picture is sure of and what has a box, the surest first."""
    sure = list(confidences)
    for one in told:
        sure[one.label] = max(sure[one.label], one.confidence, threshold)
    return decide(sure, threshold=threshold)


def _whole_numbers(box: tuple[float, float, float, float]) -> Edges:
    return round(box[0]), round(box[1]), max(1, round(box[2])), max(1, round(box[3]))


def _grown(box: Edges, share: float, size: tuple[int, int]) -> Edges:
    """The box with ``share`` of its sides more at each side, inside of the picture."""
    more_x, more_y = round(share * box[2]), round(share * box[3])
    x, y = max(0, box[0] - more_x), max(0, box[1] - more_y)
    right = min(size[0], box[0] + box[2] + more_x)
    bottom = min(size[1], box[1] + box[3] + more_y)
    return x, y, max(1, right - x), max(1, bottom - y)
