"""The same contents and styles painted in every way: pictures, seconds, style that is left."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from ml.data.transforms import Squares
from ml.evaluation.generation_sheets import jpeg
from ml.style.features import StyleFeatures
from ml.style.gram import mean_grams, style_loss
from ml.style.pictures import as_pixels

Way = Callable[[Image.Image, Image.Image], Image.Image | None]


@dataclass(frozen=True, slots=True)
class WayFigures:
    """One way over all pairs that it can paint. ``seconds``: of one core, the mean of a picture.

    ``left``: style loss of the result over that of the untouched content, by the judge; the mean.
    """

    way: str
    pictures: int
    seconds: float
    left: float


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """``sheet``: JPEG, a row for each pair: content, style, then ``ways``. ``judge``: a name."""

    sheet: bytes
    ways: tuple[WayFigures, ...]
    judge: str


def looks(
    pairs: Sequence[tuple[Image.Image, Image.Image]],
    ways: Mapping[str, Way],
    judge: StyleFeatures,
    *,
    side: int,
    told: Callable[[str], None] = lambda _what: None,
) -> Looks:
    """Paint each pair in each way; a way returns None for a style that it has not learned.

    Time is that of the process on the CPU, so that other work on the machine does not count.
    """
    rows = [[_square(content, side), _square(style, side)] for content, style in pairs]
    figures = []
    for name, way in ways.items():
        seconds, left = [], []
        for (content, style), row in zip(pairs, rows, strict=True):
            began = time.process_time()
            made = way(content, style)
            if made is None:
                row.append(np.full((side, side, 3), 255, dtype=np.uint8))
                continue
            seconds.append(time.process_time() - began)
            left.append(_left(made, content, style, judge))
            row.append(_square(made, side))
            told(f"{name}: {len(seconds)} of {len(pairs)}, {seconds[-1]:.2f} s")
        if seconds:
            figures.append(
                WayFigures(name, len(seconds), float(np.mean(seconds)), float(np.mean(left)))
            )
    return Looks(jpeg(rows), tuple(figures), judge.name)


def _left(
    made: Image.Image, content: Image.Image, style: Image.Image, judge: StyleFeatures
) -> float:
    with torch.no_grad():
        wanted = mean_grams(judge.maps(as_pixels(style)))
        after, before = (
            float(style_loss(judge.maps(as_pixels(each)), wanted, judge.layers.style))
            for each in (made, content)
        )
    return after / before


def _square(picture: Image.Image, side: int) -> Squares:
    """The whole picture on white, (side, side, 3)."""
    page = Image.new("RGB", (side, side), "white")
    small = picture.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    page.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
    return np.asarray(page)
