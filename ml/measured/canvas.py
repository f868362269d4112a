"""A picture made ready for measuring: in the sizes and colour spaces that the formulas read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.color import rgb2hsv, rgb2lab

from ml.measured.saliency import salience

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

DETAIL_SIDE = 512
COLOR_SIDE = 192
_CHANNELS = 3
_LUMA = (0.2126, 0.7152, 0.0722)  # ITU-R BT.709
_WHITE = 255.0
_LAB_UNIT = 100.0
_LAB_NOISE = 0.02  # rgb2lab gives greys this much colour


class NotAPictureError(ValueError):
    """The array is no (H, W, 3) picture of bytes with pixels: the caller must convert it."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """One picture, reduced but never enlarged, so that its measures do not depend on its size.

    ``detail``: (H, W) luma in [0, 1], longest side at most ``DETAIL_SIDE``. The others have a
    longest side of at most ``COLOR_SIDE``: ``rgb`` (h, w, 3) in [0, 255], ``hsv`` (h, w, 3) in
    [0, 1], ``lab`` (h, w, 3) with L* in [0, 100], and ``salience`` (h', w'), not negative.
    """

    detail: Array
    rgb: Array
    hsv: Array
    lab: Array
    salience: Array

    @property
    def lightness(self) -> Array:
        """(h, w), CIE L* / 100."""
        return np.asarray(self.lab[..., 0] / _LAB_UNIT)


def canvas_of(picture: Picture) -> Canvas:
    """Reduce and convert (H, W, 3) RGB bytes. Raises NotAPictureError."""
    if picture.dtype != np.uint8 or picture.ndim != _CHANNELS or picture.shape[2] != _CHANNELS:
        raise NotAPictureError(f"{picture.dtype} of shape {picture.shape} is no RGB picture")
    if picture.size == 0:
        raise NotAPictureError("the picture has no pixels")
    detail = _reduced(picture, DETAIL_SIDE)
    rgb = _reduced(detail, COLOR_SIDE)
    lab = rgb2lab(rgb)
    lab[np.abs(lab) < _LAB_NOISE] = 0.0
    return Canvas(
        detail=detail @ np.array(_LUMA) / _WHITE,
        rgb=rgb.astype(np.float64),
        hsv=rgb2hsv(rgb),
        lab=lab,
        salience=salience(lab),
    )


def _reduced(picture: Picture, side: int) -> Picture:
    """Longest side at most ``side``, the other in proportion and at least 1."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR, reducing_gap=3.0))
