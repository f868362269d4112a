"""Bring pictures to the size at which styles are transferred, and refuse what cannot be used."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ml.data.opening import open_picture
from ml.data.transforms import Squares, UnusablePictureError, on_white

LEAST_SIDE = 16
_LEAST_MADE = 32  # VGG halves five times


class StyleMemoryError(MemoryError):
    """A picture at that side takes more memory than was allowed: ask for a smaller side."""


def read_picture(path: Path, *, side: int) -> Image.Image:
    """The picture in RGB, its longer side ``side``; transparency lies on white.

    Raises OSError for a file that is no picture, UnusablePictureError for one that is too large
    to decode or whose shorter side is below ``LEAST_SIDE``.
    """
    return brought(open_picture(path, side), side=side, name=str(path))


def brought(picture: Image.Image, *, side: int, name: str = "the picture") -> Image.Image:
    """The same of a picture that is open. Raises UnusablePictureError."""
    if min(picture.size) < LEAST_SIDE:
        size = f"{picture.width} x {picture.height}"
        raise UnusablePictureError(f"{name}: {size} pixels; a side has at least {LEAST_SIDE}")
    scale = side / max(picture.size)
    width, height = (max(_LEAST_MADE, round(edge * scale)) for edge in picture.size)
    return on_white(picture).resize((width, height), Image.Resampling.LANCZOS)


def as_pixels(picture: Image.Image) -> Tensor:
    """(1, 3, H, W), RGB in 0..255, float32."""
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float().contiguous()


def as_picture(pixels: Tensor) -> Image.Image:
    """The first of (B, 3, H, W) in 0..255; what lies outside is cut."""
    levels: Squares = pixels[0].detach().clamp(0, 255).round().byte().permute(1, 2, 0).cpu().numpy()
    return Image.fromarray(levels)
