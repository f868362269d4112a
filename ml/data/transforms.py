"""From a picture to the pixels a network reads."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

Picture = Image.Image


class UnusablePictureError(ValueError):
    """The object is no picture with pixels: permanent, the picture must be refused."""


def to_squares(pictures: Sequence[Picture], *, side: int) -> NDArray[np.uint8]:
    """Stack pictures as (B, side, side, 3), RGB bytes.

    The whole picture is squeezed into the square: nothing is cut off, since the frame is part
    of what people judge. Transparency is laid over white. Raises UnusablePictureError.
    """
    rows = [np.asarray(_squeezed(picture, side=side)) for picture in pictures]
    return np.stack(rows)


def to_pixels(pictures: Sequence[Picture], *, side: int) -> Tensor:
    """The squares as (B, 3, side, side), RGB in 0..255, float32, channels last in memory.

    Raises UnusablePictureError.
    """
    pixels = torch.from_numpy(to_squares(pictures, side=side)).permute(0, 3, 1, 2)
    return pixels.to(torch.float32).contiguous(memory_format=torch.channels_last)


def mirrored(pixels: Tensor) -> Tensor:
    """The same pictures seen in a mirror. (B, 3, H, W) -> (B, 3, H, W)."""
    return pixels.flip(3)


def _squeezed(picture: Picture, *, side: int) -> Picture:
    if not isinstance(picture, Image.Image):
        raise UnusablePictureError(f"{type(picture).__name__} is not a picture")
    if picture.width == 0 or picture.height == 0:
        raise UnusablePictureError("the picture has no pixels")
    return _rgb(picture).resize((side, side), Image.Resampling.BICUBIC, reducing_gap=3.0)


def _rgb(picture: Picture) -> Picture:
    if picture.mode == "RGB":
        return picture
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(ground, layered).convert("RGB")
    return picture.convert("RGB")
