"""Views of a picture to learn from: parts of it, mirrored, with other colours. Drawn by a seed."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

_LEAST_SHARE = 0.5
_COLOUR = 0.3


@dataclass(frozen=True, slots=True)
class View:
    """``box``: left, top, right, bottom as shares; ``colour`` and ``light``: 1 leaves them."""

    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    mirror: bool = False
    colour: float = 1.0
    light: float = 1.0

    def of(self, picture: Image.Image) -> Image.Image:
        """The view of an RGB picture."""
        width, height = picture.size
        left, top, right, bottom = self.box
        part = picture.crop(
            (
                round(left * width),
                round(top * height),
                max(round(right * width), round(left * width) + 1),
                max(round(bottom * height), round(top * height) + 1),
            )
        )
        if self.mirror:
            part = ImageOps.mirror(part)
        if self.colour != 1.0:
            part = ImageEnhance.Color(part).enhance(self.colour)
        return part if self.light == 1.0 else ImageEnhance.Brightness(part).enhance(self.light)


WHOLE = View()


def drawn_views(count: int, rng: np.random.Generator) -> list[View]:
    """``count`` views: the whole picture, then random parts."""
    return [WHOLE, *(_drawn(rng) for _ in range(count - 1))]


def _drawn(rng: np.random.Generator) -> View:
    """At least half of the area, of a side ratio of at most 3:2, in other light and colour."""
    area, ratio = rng.uniform(_LEAST_SHARE, 1.0), np.exp(rng.uniform(-0.4, 0.4))
    width, height = min(1.0, np.sqrt(area * ratio)), min(1.0, np.sqrt(area / ratio))
    left, top = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    return View(
        box=(float(left), float(top), float(left + width), float(top + height)),
        mirror=bool(rng.random() < 0.5),
        colour=float(rng.uniform(1 - _COLOUR, 1 + _COLOUR)),
        light=float(rng.uniform(1 - _COLOUR, 1 + _COLOUR)),
    )
