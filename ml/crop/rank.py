"""Crops of a picture from its field: ranked, different from each other, and explained."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from ml.contracts.crops import Box, CropAsk, CropList, Point, RankedCrop
from ml.crop.candidates import Boxes, candidates, holds
from ml.crop.field import CropField
from ml.crop.regions import Floats
from ml.crop.terms import Scores, centroid, score_shares
from ml.crop.words import losses

# How much two crops of a list may share: as different as can be had, looser only when too few.
OVERLAPS = (0.6, 0.7, 0.8, 0.9, 0.97)
# Different is worth nothing when it is bad: the best sixth is searched at all bounds first.
_POOL_SHARE = 6
_POOL_OF_EACH = 4
WHOLE_IS_BETTER = "No crop of it is ranked above the whole picture."


def rank(field: CropField, *, width: int, height: int, ask: CropAsk) -> CropList:
    """The best crops of a picture of that size in pixels, best first.

    Raises CropError when no crop of it can answer the ask.
    """
    found = candidates(width, height, ask)
    scores = score_boxes(field, found.boxes, width=width, height=height, focal=ask.focal)
    chosen = different(found.boxes, scores.total, ask.count)
    shares = to_shares(found.boxes, width, height)
    crops = tuple(
        _told(field, found.boxes[index], shares[index], scores, index, ask.focal)
        for index in chosen
    )
    missing = () if len(crops) == ask.count else (_too_few(len(crops), ask.count),)
    whole = (WHOLE_IS_BETTER,) if ask.aspect.free and _none_gains(crops) else ()
    return CropList(crops, found.notes + whole + missing)


def judge_box(
    field: CropField, box: Box, *, width: int, height: int, focal: Point | None = None
) -> RankedCrop:
    """The same words and numbers for a box that a person drew. Raises CropError ``box_outside``."""
    box.require_within(width, height)
    boxes = np.array([[box.x, box.y, box.width, box.height]])
    held = focal if focal is not None and holds(boxes, focal, width, height)[0] else None
    scores = score_boxes(field, boxes, width=width, height=height, focal=held)
    return _told(field, boxes[0], to_shares(boxes, width, height)[0], scores, 0, held)


def score_boxes(
    field: CropField, boxes: Boxes, *, width: int, height: int, focal: Point | None = None
) -> Scores:
    """The terms of boxes (N, 4): x, y, width and height in pixels, none empty."""
    return score_shares(field, to_shares(boxes, width, height), focal=focal)


def different(boxes: Boxes, totals: Floats, count: int) -> list[int]:
    """The places of the ``count`` best boxes that overlap least, best first; fewer if none differ.

    Greedy: a box goes when it shares too much (intersection over union) with a better one. The
    bound starts tight and loosens only while it leaves fewer than asked for.
    """
    order = np.argsort(-totals, kind="stable")
    better = order[: max(len(order) // _POOL_SHARE, _POOL_OF_EACH * count)]
    chosen: list[int] = []
    for pool, bound in product((better, order), OVERLAPS):
        chosen = [int(pool[place]) for place in _suppressed(boxes[pool], bound, count)]
        if len(chosen) == count:
            break
    return chosen


def _suppressed(boxes: Boxes, bound: float, count: int) -> list[int]:
    """Walk boxes, best first, and keep those that overlap no kept one by more than the bound."""
    free = np.ones(len(boxes), dtype=np.bool_)
    kept: list[int] = []
    while len(kept) < count and free.any():
        best = int(np.argmax(free))
        kept.append(best)
        free &= overlap(boxes, boxes[best]) <= bound
        free[best] = False
    return kept


def overlap(boxes: Boxes, box: NDArray[np.int64]) -> Floats:
    """Intersection over union of boxes (N, 4) with one (4,): (N,)."""
    ends, end = boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:]
    sides = np.maximum(np.minimum(ends, end) - np.maximum(boxes[:, :2], box[:2]), 0)
    common = sides.prod(axis=1)
    return np.asarray(common / (boxes[:, 2:].prod(axis=1) + box[2:].prod() - common))


def to_shares(boxes: Boxes, width: int, height: int) -> Floats:
    """Pixels x, y, width, height -> shares left, top, right, bottom: (N, 4)."""
    edges = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    return np.asarray(edges / np.array([width, height, width, height], dtype=np.float64))


def _told(
    field: CropField,
    box: NDArray[np.int64],
    shares: Floats,
    scores: Scores,
    index: int,
    focal: Point | None,
) -> RankedCrop:
    terms = scores.of(index)
    return RankedCrop(
        box=Box(*(int(value) for value in box)),
        focal=focal or centroid(field.attention, shares),
        terms=terms,
        losses=losses(field.marks, shares, terms),
    )


def _none_gains(crops: tuple[RankedCrop, ...]) -> bool:
    """Whether the view ranker prefers the picture as it is, which has the view 0, to each crop."""
    return all(crop.terms.view < 0 for crop in crops)


def _too_few(found: int, asked: int) -> str:
    return f"Only {found} of the {asked} crops asked for differ enough from each other."
