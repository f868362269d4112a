"""How colourful a picture is, and how many hues it has."""

import numpy as np

from ml.measured.canvas import Array
from ml.measured.hues import DEGREES, Hues

_EXTREMELY_COLORFUL = 109.0  # the word that Hasler & Suesstrunk's raters had for 109
_FEW = 0.05  # of the largest family, Ke, Tang & Jing (2006)


def colorfulness(rgb: Array) -> float:
    """M3 of Hasler & Suesstrunk (2003) over 109, at most 1. ``rgb``: (h, w, 3) in [0, 255].

    With rg = R - G and yb = (R + G) / 2 - B: the root of both variances, plus 0.3 times the root
    of both squared means.
    """
    red, green, blue = np.moveaxis(rgb, 2, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    spread = np.linalg.norm(opponents.std(axis=(1, 2)))
    middle = np.linalg.norm(opponents.mean(axis=(1, 2)))
    return min(1.0, float(spread + 0.3 * middle) / _EXTREMELY_COLORFUL)


def hue_families(hues: Hues) -> float:
    """Families of 30 degrees with over 5 % of the area of the largest, 0 to 12.

    The hue count of Ke, Tang & Jing (2006), with 12 bins for their 20.
    """
    largest = float(hues.area.max())
    return float(np.count_nonzero(hues.area > _FEW * largest)) if largest > 0 else 0.0


def hue_spread(hues: Hues) -> float:
    """Circular variance (Mardia 1972) of the hues by saturation; 0 without hues."""
    if not hues.any:
        return 0.0
    angles = 2 * np.pi * (np.arange(DEGREES) + 0.5) / DEGREES
    resultant = abs(np.sum(hues.weight * np.exp(1j * angles)))
    return float(np.clip(1.0 - resultant, 0.0, 1.0))
