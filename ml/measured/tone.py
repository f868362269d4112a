"""How light, how contrasted and how clipped a picture is."""

import numpy as np

from ml.measured.canvas import Array

_DARKEST, _BRIGHTEST = 2.5 / 255, 252.5 / 255
_MIDDLE = (1.0, 99.0)


def brightness(lightness: Array) -> float:
    """Mean CIE L* over 100, 0 to 1."""
    return float(np.clip(lightness.mean(), 0.0, 1.0))


def tonal_contrast(luma: Array) -> float:
    """Width of the middle 98 % of luma, 0 to 1 (Ke, Tang & Jing 2006)."""
    low, high = np.percentile(luma, _MIDDLE)
    return float(np.clip(high - low, 0.0, 1.0))


def rms_contrast(luma: Array) -> float:
    """Standard deviation of luma (Peli 1990) over its largest possible value, 0 to 1."""
    return float(np.clip(2.0 * luma.std(), 0.0, 1.0))


def clipping(luma: Array) -> float:
    """Share of pixels within 2 levels of 255 of pure black or pure white."""
    return float(np.mean((luma <= _DARKEST) | (luma >= _BRIGHTEST)))
