"""Refuse what a person would call ruined, whatever the scorers say of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.coach.apply import apply
from ml.coach.frame import Frame, frame_of
from ml.coach.level import alignment
from ml.contracts.edits import CROP, Edits
from ml.measured.canvas import Canvas, canvas_of
from ml.measured.colour import colorfulness
from ml.measured.saliency import positions
from ml.measured.tone import brightness, rms_contrast

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an edit may go. Shares are of the picture, in [0, 1].

    A picture that lies beyond a limit already may stay there, but must not move further out.
    """

    lost_light: float = 0.02  # more pixels without drawing in highlights
    lost_dark: float = 0.04  # and in shadows, where people miss less
    colorful: float = 0.82  # colourfulness: one OASIS photo in twenty is beyond
    more_colorful: float = 1.5  # times the original's
    less_colorful: float = 0.5
    contrast: float = 0.66  # rms contrast: one OASIS photo in twenty is beyond
    more_contrast: float = 1.35
    less_contrast: float = 0.7
    darkest: float = 0.22  # mean lightness
    lightest: float = 0.80
    cast: float = 9.0  # shift of the mean colour in CIE a*b*; 2.3 is just noticeable
    kept_area: float = 0.6
    short_side: int = 256  # pixels: what the scorer itself looks at
    lost_salience: float = 0.6  # for each share of the area that is cut away
    border: float = 1.6  # salience along the new border over that inside


LIMITS = Limits()


def faults(
    before: Image.Image,
    after: Image.Image,
    edits: Edits,
    *,
    size: tuple[int, int],
    limits: Limits = LIMITS,
) -> tuple[str, ...]:
    """Why a person would call the edited picture ruined; empty when nothing speaks against it.

    ``before`` and ``after``: RGB pictures, perhaps reduced; ``size``: width and height of the
    full original, which decides how many pixels a crop leaves.
    """
    whole, edited = canvas_of(np.asarray(before)), canvas_of(np.asarray(after))
    frame = frame_of(edits, width=size[0], height=size[1])
    if (frame.width, frame.height) == size:
        return tuple(_all_tones(whole, edited, limits))
    framed = Edits(straighten=edits.straighten, **{side: getattr(edits, side) for side in CROP})
    # What a crop leaves out must not be taken for a change of tones.
    cut = canvas_of(np.asarray(apply(before, framed)))
    turn = _tilt_faults(before, edits.straighten)
    return (*turn, *_frame_faults(whole, frame, size, limits), *_all_tones(cut, edited, limits))


def _all_tones(whole: Canvas, edited: Canvas, limits: Limits) -> Iterator[str]:
    yield from _clipping_faults(whole, edited, limits)
    yield from _tone_faults(whole, edited, limits)
    yield from _colour_faults(whole, edited, limits)


def _tilt_faults(picture: Image.Image, turn: float) -> Iterator[str]:
    """A turn must line up more edges than it sets askew."""
    if turn:
        still, turned = alignment(picture, np.array([0.0, turn]))
        if turned <= still:
            yield "level lines would be tilted"


def _frame_faults(
    whole: Canvas, frame: Frame, size: tuple[int, int], limits: Limits
) -> Iterator[str]:
    kept = frame.width * frame.height / (size[0] * size[1])
    if kept < limits.kept_area:
        yield "too little of the picture is left"
    if min(frame.width, frame.height) < limits.short_side:
        yield "too few pixels are left"
    if _cuts_subject(whole, frame.matrix, kept, limits):
        yield "the subject is cut"


def _cuts_subject(whole: Canvas, matrix: tuple[float, ...], kept: float, limits: Limits) -> bool:
    """Whether what draws the eye is lost, or lies across the new border."""
    total = float(whole.salience.sum())
    if total <= 0:
        return False
    ys, xs = positions(whole.salience.shape)
    a, b, c, d, e, f = matrix
    u, v = np.linalg.solve(
        np.array([[a, b], [d, e]]),
        np.stack([2 * xs.ravel() - 1 - c, 2 * ys.ravel() - 1 - f]),
    )
    edge = np.maximum(np.abs(u), np.abs(v)).reshape(xs.shape)  # 1 on the new border
    lost = float(whole.salience[edge > 1].sum()) / total
    if lost > limits.lost_salience * (1 - kept) + 0.02:
        return True
    along = whole.salience[np.abs(edge - 1) < _BORDER]
    inside = whole.salience[edge <= 1]
    if not along.size or not inside.size:
        return False
    return float(along.mean()) > limits.border * float(inside.mean())


_BORDER = 0.06
_WHITE, _BLACK = 252.0, 4.0


def _clipping_faults(whole: Canvas, edited: Canvas, limits: Limits) -> Iterator[str]:
    light = _share(edited.rgb.max(axis=2) >= _WHITE) - _share(whole.rgb.max(axis=2) >= _WHITE)
    dark = _share(edited.rgb.max(axis=2) <= _BLACK) - _share(whole.rgb.max(axis=2) <= _BLACK)
    if light > limits.lost_light:
        yield "highlights are lost"
    if dark > limits.lost_dark:
        yield "shadows are lost"


def _tone_faults(whole: Canvas, edited: Canvas, limits: Limits) -> Iterator[str]:
    was, now = rms_contrast(whole.detail), rms_contrast(edited.detail)
    if now > max(limits.contrast, was) or now > limits.more_contrast * was + _FLAT:
        yield "the contrast is harsh"
    if now < limits.less_contrast * was - _FLAT:
        yield "the contrast is dull"
    light, lit = brightness(whole.lightness), brightness(edited.lightness)
    if lit < min(limits.darkest, light - _FLAT):
        yield "the picture is too dark"
    if lit > max(limits.lightest, light + _FLAT):
        yield "the picture is too light"


_FLAT = 0.02


def _colour_faults(whole: Canvas, edited: Canvas, limits: Limits) -> Iterator[str]:
    was, now = colorfulness(whole.rgb), colorfulness(edited.rgb)
    if now > max(limits.colorful, was + _FLAT) or now > limits.more_colorful * was + _FLAT:
        yield "the colours are garish"
    if now < limits.less_colorful * was - _FLAT:
        yield "the colours are drained"
    if _cast(whole, edited) > limits.cast:
        yield "the colours are cast"


def _cast(whole: Canvas, edited: Canvas) -> float:
    """How far the mean colour moves in CIE a*b*."""
    gap: Array = edited.lab[..., 1:].mean(axis=(0, 1)) - whole.lab[..., 1:].mean(axis=(0, 1))
    return float(np.hypot(*gap))


def _share(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean())
