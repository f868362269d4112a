"""A crop in the words of other software, which cuts a window of the same shape by itself."""

from dataclasses import dataclass

from ml.contracts.crops import Box


@dataclass(frozen=True, slots=True)
class Forms:
    """``imgproxy``: a gravity. ``thumbor``: a filter. ``css``: an ``object-position``."""

    imgproxy: str
    thumbor: str
    css: str


def forms(box: Box, *, width: int, height: int) -> Forms:
    """Where a box of a picture of that size in pixels lies, for software that fills a frame.

    All three cut the largest window of the frame's shape, so they meet the crop's place but not
    its size: imgproxy puts the window's centre on the point, as far as the picture allows; thumbor
    moves it toward the region; CSS takes the shares that ``object-fit: cover`` needs.
    """
    x, y = (box.x + box.width / 2) / width, (box.y + box.height / 2) / height
    right, bottom = box.x + box.width, box.y + box.height
    shape = box.width * height / (box.height * width)
    across, down = _position(x, min(shape, 1.0)), _position(y, min(1 / shape, 1.0))
    return Forms(
        imgproxy=f"fp:{_short(x, 4)}:{_short(y, 4)}",
        thumbor=f"filters:focal({box.x}x{box.y}:{right}x{bottom})",
        css=f"object-position: {_short(across * 100, 2)}% {_short(down * 100, 2)}%",
    )


def _position(centre: float, window: float) -> float:
    """The share of the free room that lies before a window around a centre (shares of a side).

    ``p``% puts the point at ``p``% of the picture on the point at ``p``% of the frame, so the
    window starts at p (1 - v); it is centred on c when p = (c - v/2) / (1 - v).
    """
    room = 1 - window
    if room < 1e-9:
        return 0.5
    return min(max((centre - window / 2) / room, 0.0), 1.0)


def _short(value: float, digits: int) -> str:
    return f"{round(value, digits):g}"
