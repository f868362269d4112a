"""From a picture to the pixels a network reads."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

Picture = Image.Image
Squares = NDArray[np.uint8]
# Averaging whole pixels down to three times the side is invisible after the bicubic step.
REDUCING_GAP = 3.0


class UnusablePictureError(ValueError):
    """The object is no picture with pixels: permanent, the picture must be refused."""


def to_squares(pictures: Sequence[Picture], *, side: int) -> Squares:
    """Stack pictures as (B, side, side, 3), RGB bytes.

    The whole picture is squeezed into the square: nothing is cut off, since the frame is part
    of what people judge. Transparency is laid over white. Raises UnusablePictureError.
    """
    return np.stack([_squeezed(picture, side=side) for picture in pictures])


def to_pixels(pictures: Sequence[Picture], *, side: int) -> Tensor:
    """The squares as (B, 3, side, side), RGB in 0..255, float32, channels last in memory.

    Raises UnusablePictureError.
    """
    pixels = torch.from_numpy(to_squares(pictures, side=side)).permute(0, 3, 1, 2)
    return pixels.to(torch.float32).contiguous(memory_format=torch.channels_last)


def mirrored(pixels: Tensor) -> Tensor:
    """The same pictures seen in a mirror. (B, 3, H, W) -> (B, 3, H, W)."""
    return pixels.flip(3)


def _squeezed(picture: Picture, *, side: int) -> Squares:
    """(side, side, 3), the same within two levels whichever library resizes."""
    if not isinstance(picture, Image.Image):
        raise UnusablePictureError(f"{type(picture).__name__} is not a picture")
    if picture.width == 0 or picture.height == 0:
        raise UnusablePictureError("the picture has no pixels")
    rgb = on_white(picture)
    if max(rgb.width, rgb.height) >= 2 * REDUCING_GAP * side:
        small = rgb.resize((side, side), Image.Resampling.BICUBIC, reducing_gap=REDUCING_GAP)
        return np.asarray(small)
    # Where Pillow would not average first, torch does its work in a quarter of the time.
    pixels = torch.from_numpy(np.array(rgb)).permute(2, 0, 1).unsqueeze(0)  # (1, 3, H, W)
    resized = interpolate(pixels, size=(side, side), mode="bicubic", antialias=True)
    squeezed: Squares = resized[0].permute(1, 2, 0).numpy()
    return squeezed


def on_white(picture: Picture) -> Picture:
    """The picture in RGB, transparency laid over white."""
    if picture.mode == "RGB":
        return picture
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(ground, layered).convert("RGB")
    return picture.convert("RGB")
