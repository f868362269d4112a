"""Where the edited picture lies in the original: straighten and crop as one affine map."""

from dataclasses import dataclass
from math import cos, radians, sin

from ml.contracts.edits import Edits


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle in a picture of ``width`` x ``height`` pixels, turned about its middle.

    The point (u, v) of the edited picture, each in [-1, 1] from the left and from the top, lies
    at (a u + b v + c, d u + e v + f) of the original, in the same units.
    """

    matrix: tuple[float, float, float, float, float, float]
    width: int
    height: int


def inner_scale(degrees: float, *, aspect: float) -> float:
    """Side of the largest centred rectangle of the same shape that fits a turned picture.

    ``aspect``: width over height. 1 for no turn; both of its widths and heights must fit:
    s (w cos + h sin) <= w and s (w sin + h cos) <= h.
    """
    turn = radians(abs(degrees))
    return 1.0 / (cos(turn) + max(aspect, 1.0 / aspect) * sin(turn))


def frame_of(edits: Edits, *, width: int, height: int) -> Frame:
    """The frame of a picture of ``width`` x ``height`` pixels. The result has at least 1 x 1."""
    aspect = width / height
    scale = inner_scale(edits.straighten, aspect=aspect)
    across = 1.0 - edits.crop_left - edits.crop_right
    down = 1.0 - edits.crop_top - edits.crop_bottom
    right = edits.crop_left - edits.crop_right
    low = edits.crop_top - edits.crop_bottom
    turn = radians(edits.straighten)
    c, s = scale * cos(turn), scale * sin(turn)
    return Frame(
        matrix=(
            c * across, s / aspect * down, c * right + s / aspect * low,
            -s * aspect * across, c * down, -s * aspect * right + c * low,
        ),
        width=max(1, round(width * scale * across)),
        height=max(1, round(height * scale * down)),
    )  # fmt: skip
