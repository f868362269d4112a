"""Pictures made so that it is known where a good map must point: the pointing game's targets.

The pointing game (Zhang et al. 2016, section 4.2): a map hits when its strongest place lies in the
part that was planted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from PIL import Image, ImageEnhance

from ml.contracts.attributes import OVERALL
from ml.evaluation.faithfulness_curves import Square, blurred, order
from ml.evaluation.metrics import Array

INSET = 0.4  # of the side: the planted part covers 16 % of the picture
_VIVID = 1.6


class Plant(StrEnum):
    """What is planted."""

    PHOTO = "photo"  # a well-liked photo in a grey, blurred, little-liked one
    VIVID = "vivid"  # a part in strong colours in a picture made grey
    SHARP = "sharp"  # a sharp part in a blurred picture


# Which plant tests the maps of which attribute, by the meaning of the words.
PLANT_OF: Mapping[str, Plant] = {
    OVERALL: Plant.PHOTO,
    "content": Plant.PHOTO,
    "pleasantness": Plant.PHOTO,
    "light": Plant.PHOTO,
    "vivid_color": Plant.VIVID,
    "color_harmony": Plant.VIVID,
    "depth_of_field": Plant.SHARP,
    "object_emphasis": Plant.SHARP,
}


@dataclass(frozen=True, slots=True)
class Box:
    """A square part of a square picture, in shares of its side."""

    left: float
    top: float
    side: float

    def pixels(self, side: int) -> tuple[slice, slice]:
        """Rows and columns of the part in a picture of ``side`` pixels."""
        length = round(self.side * side)
        top, left = round(self.top * side), round(self.left * side)
        return slice(top, top + length), slice(left, left + length)


@dataclass(frozen=True, slots=True)
class Composite:
    """(S, S, 3) with something planted at ``box``."""

    picture: Square
    box: Box


def any_box(generator: np.random.Generator) -> Box:
    """Anywhere inside the picture, each place as likely as any other."""
    left, top = generator.uniform(0.0, 1.0 - INSET, size=2)
    return Box(float(left), float(top), INSET)


def planted(plant: Plant, good: Square, poor: Square, box: Box) -> Composite:
    """Plant into ``poor`` (S, S, 3), or into the picture ``good`` itself for parts of one."""
    side = good.shape[0]
    rows, columns = box.pixels(side)
    if plant is Plant.PHOTO:
        ground = _grey(blurred(poor))
        length = rows.stop - rows.start
        part = np.asarray(Image.fromarray(good).resize((length, length), Image.Resampling.LANCZOS))
    elif plant is Plant.VIVID:
        ground, part = _grey(good), _vivid(good)[rows, columns]
    else:
        ground, part = blurred(good), good[rows, columns]
    picture = ground.copy()
    picture[rows, columns] = part
    return Composite(picture, box)


def hits(values: Array, box: Box) -> bool:
    """Whether the strongest place of a square map (h, h) lies in the planted part.

    A map that is the same everywhere points at one place drawn beforehand.
    """
    row, column = divmod(int(order(values)[0]), values.shape[1])
    rows, columns = box.pixels(values.shape[0])
    return row in range(rows.start, rows.stop) and column in range(columns.start, columns.stop)


def _grey(square: Square) -> Square:
    return np.asarray(Image.fromarray(square).convert("L").convert("RGB"))


def _vivid(square: Square) -> Square:
    return np.asarray(ImageEnhance.Color(Image.fromarray(square)).enhance(_VIVID))
