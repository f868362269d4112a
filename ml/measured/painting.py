"""Those words of the painting vocabulary for which a formula is honest."""

import numpy as np

from ml.contracts.attributes import PRIMARY_COLORS
from ml.measured.canvas import Array
from ml.measured.hues import FAMILIES, Hues
from ml.measured.repetition import entropy
from ml.measured.tone import rms_contrast

_FIRST_HUE = PRIMARY_COLORS.index("yellow")
_YELLOW = 2  # families of 30 degrees from red
_LEAST_AREA = 0.05


def primary_color(hues: Hues) -> float | None:
    """Position in ``PRIMARY_COLORS`` of what covers most: black or a family of hues.

    None where neither covers 5 % of the picture: white and grey are not among the choices.
    """
    family = int(np.argmax(hues.area))
    if max(float(hues.area[family]), hues.black) < _LEAST_AREA:
        return None
    if hues.black >= hues.area[family]:
        return float(PRIMARY_COLORS.index("black"))
    return float(_FIRST_HUE + (family - _YELLOW) % FAMILIES)


def color_variety(hues: Hues) -> float:
    """Entropy of the areas of the 12 families and of what has no hue, from 1 to 10."""
    return _on_ten(entropy(np.append(hues.area, hues.neutral)))


def contrast(luma: Array) -> float:
    """RMS contrast (Peli 1990) over its largest possible value, from 1 to 10."""
    return _on_ten(rms_contrast(luma))


def _on_ten(share: float) -> float:
    return 1.0 + 9.0 * share
