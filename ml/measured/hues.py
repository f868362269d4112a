"""The hues of a picture as a histogram on the colour wheel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DEGREES = 360
FAMILIES = 12
# Ke, Tang & Jing (2006), hue count: below these a hue cannot be seen. Their upper bound on the
# brightness is left out, since in HSV the purest colours have the value 1.
_SEEN_SATURATION = 0.2
_SEEN_VALUE = 0.15


@dataclass(frozen=True, slots=True)
class Hues:
    """How much of each hue there is; hue 0 is red, 120 green, 240 blue (HSV).

    ``weight``: (360,), saturation summed over the pixels of each degree, as shares of all; all 0
    without visible hues. ``area``: (12,), share of the picture in each family of 30 degrees,
    centred on 0, 30, ... ``neutral`` and ``black``: share of the picture without a visible hue,
    and below the darkest value at which one is seen (black is part of neutral).
    """

    weight: Array
    area: Array
    neutral: float
    black: float

    @property
    def any(self) -> bool:
        """Whether there is a visible hue."""
        return bool(self.weight.any())


def hues_of(hsv: Array) -> Hues:
    """The hues of (h, w, 3) in [0, 1]."""
    hue, saturation, value = hsv.reshape(-1, 3).T
    dark = value < _SEEN_VALUE
    seen = (saturation > _SEEN_SATURATION) & ~dark
    degrees = np.floor(hue[seen] * DEGREES).astype(np.int64) % DEGREES
    weight = np.bincount(degrees, weights=saturation[seen], minlength=DEGREES)
    family = np.rint(hue[seen] * FAMILIES).astype(np.int64) % FAMILIES
    area = np.bincount(family, minlength=FAMILIES) / len(hue)
    return Hues(
        weight=weight / max(float(weight.sum()), np.finfo(float).tiny),
        area=area,
        neutral=float(1.0 - seen.mean()),
        black=float(dark.mean()),
    )
