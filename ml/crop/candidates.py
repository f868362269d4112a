"""Which boxes are worth ranking: the grid-anchor rule, fixed shapes, minimum sizes, focal points.

The rule is Zeng et al., "Reliable and Efficient Image Cropping: A Grid Anchor Based Approach",
2019: a picture is 12 x 12 bins, a crop runs from the centre of one of the 4 x 4 bins at the top
left to that of one of the 4 x 4 at the bottom right, holds about half of the picture or more, and
is at most twice as long as wide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

from ml.contracts.crops import Aspect, CropAsk, CropError, Point

Boxes = NDArray[np.int64]  # (N, 4): x, y, width, height in pixels

_BINS = 12
_CORNER_BINS = 4
_LEAST_BINS = 0.4999 * _BINS**2
_LONGEST = 2.0

_SCALES = 7
_LEAST_SCALE = 0.5
_STEPS_A_SIDE = 12
_PLACES_A_SCALE = 72
_EXACT_STEPS = 48

_ANCHORS = (1 / 3, 1 / 2, 2 / 3)

LONG_PICTURE = "The picture is very long, so these crops follow its own shape."
NEAR_WHOLE = "Few boxes are that large, so these crops come near the whole picture."


@dataclass(frozen=True, slots=True)
class Candidates:
    """Boxes of a picture without doubles, at least one; ``notes`` say where a rule was widened."""

    boxes: Boxes
    notes: tuple[str, ...] = ()


def candidates(width: int, height: int, ask: CropAsk) -> Candidates:
    """Boxes that answer the ask, for a picture of that size in pixels.

    Raises CropError ``empty_picture``, ``minimum_too_large`` or ``aspect_too_thin``.
    """
    if width < 1 or height < 1:
        raise CropError("empty_picture", "A picture without pixels has no crops.")
    if ask.least_width > width or ask.least_height > height:
        raise CropError(
            "minimum_too_large",
            f"The picture has {width} x {height} pixels, so no crop of it can have at least "
            f"{ask.least_width} x {ask.least_height}. Ask for a smaller minimum.",
        )
    if ask.aspect.free:
        return _free(width, height, ask)
    sides = _sides(width, height, ask)
    return Candidates(_allowed(_fixed(width, height, sides, ask.focal), width, height, ask))


def grid_anchors(width: int, height: int) -> Boxes:
    """The published rule to the letter: 90 boxes of a square, 38 of a 2:1, none of a 4:1."""
    return _anchors(width, height, longest_of=1.0)


def _free(width: int, height: int, ask: CropAsk) -> Candidates:
    """By the rule; where that leaves fewer than asked for, by the nearest rule that has them."""
    found = Candidates(np.empty((0, 4), dtype=np.int64))
    for boxes, notes in _rules(width, height, ask):
        placed = [_around(ask.focal, width, height, sides) for sides in _distinct(boxes)]
        allowed = _allowed(np.concatenate([found.boxes, boxes, *placed]), width, height, ask)
        if len(allowed) > len(found.boxes):
            found = Candidates(allowed, notes)
        if len(found.boxes) >= ask.count:
            break
    return found


def _rules(width: int, height: int, ask: CropAsk) -> Iterator[tuple[Boxes, tuple[str, ...]]]:
    yield grid_anchors(width, height), ()
    yield _anchors(width, height, longest_of=width / height), (LONG_PICTURE,)
    yield _large(width, height, ask), (NEAR_WHOLE,)


def _anchors(width: int, height: int, *, longest_of: float) -> Boxes:
    """Grid anchors whose width over height is within a factor of two of ``longest_of``."""
    firsts, lasts = range(_CORNER_BINS), range(_BINS - _CORNER_BINS, _BINS)
    left, top, right, bottom = np.array(list(product(firsts, firsts, lasts, lasts))).T
    across, down = right - left, bottom - top
    shape = across * width / (down * height) / longest_of
    fits = (across * down > _LEAST_BINS) & (shape > 1 / _LONGEST) & (shape < _LONGEST)
    edges = np.stack([left, top, right, bottom], axis=1)[fits] + 0.5
    return _whole_pixels(edges / _BINS * [width, height, width, height])


def _large(width: int, height: int, ask: CropAsk) -> Boxes:
    """Five widths and heights, from the whole to half of it or the minimum, at five places each."""
    shares = np.linspace(0, 1, 5)
    least = (
        max(ask.least_width, ceil(width * _LEAST_SCALE)),
        max(ask.least_height, ceil(height * _LEAST_SCALE)),
    )
    across = np.rint(np.linspace(width, least[0], 5))
    down = np.rint(np.linspace(height, least[1], 5))
    sides = np.array(list(product(across, down, shares, shares)))
    x, y = (width - sides[:, 0]) * sides[:, 2], (height - sides[:, 1]) * sides[:, 3]
    return np.stack([x, y, sides[:, 0], sides[:, 1]], axis=1).astype(np.int64)


def _sides(width: int, height: int, ask: CropAsk) -> list[tuple[int, int]]:
    """Widths and heights of the asked shape, largest first, none below the minimum."""
    step = _step(ask.aspect)
    largest = min(width / step[0], height / step[1])
    least = max(ask.least_width / step[0], ask.least_height / step[1])
    exact = largest >= _EXACT_STEPS
    sizes = np.linspace(largest, max(largest * _LEAST_SCALE, min(least, largest)), _SCALES)
    sides = [_rounded(step, float(size), exact=exact) for size in sizes]
    if min(sides[0]) < 1:
        raise CropError(
            "aspect_too_thin",
            f"A crop of {ask.aspect} would be less than a pixel thin in a picture of "
            f"{width} x {height}. Ask for another shape.",
        )
    large = [
        (across, down)
        for across, down in dict.fromkeys(sides)
        if ask.least_width <= across <= width and ask.least_height <= down <= height
    ]
    if not large:
        raise CropError(
            "minimum_too_large",
            f"The largest crop of {ask.aspect} has {sides[0][0]} x {sides[0][1]} pixels, so none "
            f"can have at least {ask.least_width} x {ask.least_height}. Ask for a smaller minimum.",
        )
    return large


def _step(aspect: Aspect) -> tuple[int, int]:
    """The smallest width and height in pixels of exactly that shape."""
    divisor = gcd(aspect.width, aspect.height)
    return aspect.width // divisor, aspect.height // divisor


def _rounded(step: tuple[int, int], size: float, *, exact: bool) -> tuple[int, int]:
    """A size in whole steps, so that the shape is exact; to the nearest pixel where steps are few.

    A shape such as 191:100 in a small picture would lose much of it to whole steps.
    """
    if exact:
        return step[0] * int(size + 1e-9), step[1] * int(size + 1e-9)
    across, down = step[0] * size, step[1] * size
    return (round(across), round(down)) if min(across, down) > 1 - 1e-9 else (0, 0)


def _fixed(width: int, height: int, sides: list[tuple[int, int]], focal: Point | None) -> Boxes:
    """Each size on a grid of places over the picture, and around the focal point."""
    grids = [_spread(width, height, each) for each in sides]
    return np.concatenate(grids + [_around(focal, width, height, each) for each in sides])


def _spread(width: int, height: int, sides: tuple[int, int]) -> Boxes:
    """About a twelfth of the crop's side apart, at most 72 places of one size."""
    room = (width - sides[0], height - sides[1])
    counts = [1 + ceil(free * _STEPS_A_SIDE / side) for free, side in zip(room, sides, strict=True)]
    across, down = _thinned(*counts)
    xs = np.rint(np.linspace(0, room[0], across))
    ys = np.rint(np.linspace(0, room[1], down))
    places = np.array(list(product(xs, ys))).astype(np.int64)
    return np.concatenate([places, np.broadcast_to(sides, places.shape)], axis=1)


def _thinned(across: int, down: int) -> tuple[int, int]:
    """Fewer places each way, evenly, until there are at most 72; a lone row keeps all it can."""
    if across * down <= _PLACES_A_SCALE:
        return across, down
    thinner = (_PLACES_A_SCALE / (across * down)) ** 0.5
    fewer_down = max(1, round(down * thinner))
    fewer_across = max(1, min(across, _PLACES_A_SCALE // fewer_down))
    return fewer_across, min(down, _PLACES_A_SCALE // fewer_across)


def _around(focal: Point | None, width: int, height: int, sides: tuple[int, int]) -> Boxes:
    """One size with the focal point at its centre and thirds, as far as the picture allows."""
    if focal is None:
        return np.empty((0, 4), dtype=np.int64)
    places = np.array(list(product(_ANCHORS, _ANCHORS)))  # (9, 2)
    corners = np.rint(np.array([focal.x * width, focal.y * height]) - places * sides)
    corners = np.clip(corners, 0, np.array([width, height]) - sides).astype(np.int64)
    return np.concatenate([corners, np.broadcast_to(sides, corners.shape)], axis=1)


def _distinct(boxes: Boxes) -> Iterator[tuple[int, int]]:
    for across, down in np.unique(boxes[:, 2:], axis=0):
        yield int(across), int(down)


def _allowed(boxes: Boxes, width: int, height: int, ask: CropAsk) -> Boxes:
    """Those with pixels, large enough, that hold the focal point; each once."""
    fits = (boxes[:, 2] >= ask.least_width) & (boxes[:, 3] >= ask.least_height)
    if ask.focal is not None:
        fits &= holds(boxes, ask.focal, width, height)
    return np.unique(boxes[fits], axis=0)


def holds(boxes: Boxes, focal: Point, width: int, height: int) -> NDArray[np.bool_]:
    """Which boxes hold a place of the picture, edges included: (N,)."""
    x, y = focal.x * width, focal.y * height
    left, top, across, down = boxes.T
    inside = (left <= x) & (x <= left + across) & (top <= y) & (y <= top + down)
    return np.asarray(inside)


def _whole_pixels(edges: NDArray[np.float64]) -> Boxes:
    corners = np.rint(edges).astype(np.int64)
    return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
