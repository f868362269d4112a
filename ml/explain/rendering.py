"""From a map of any size to a small greyscale PNG."""

from io import BytesIO

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from ml.contracts.explanations import MapKind, MapTile
from ml.explain.grids import on_grid

TILE_SIDE = 64
_BRIGHTEST = 255.0
_DARK = 1e-30  # what float32 cannot divide by


class MapNotFiniteError(ArithmeticError):
    """A map holds NaN or infinity: the model or its weights are broken, the operator must look."""


def tile(values: Tensor, *, kind: MapKind, key: str) -> MapTile:
    """(h, w) -> a tile. What is below 0 is drawn dark.

    ``peak`` is the largest value on the tile's own grid, so that a byte b stands for peak b / 255.
    Raises MapNotFiniteError.
    """
    if not bool(torch.isfinite(values).all()):
        raise MapNotFiniteError(f"the {kind} map of {key} is not finite")
    grid = on_grid(values.to(device="cpu", dtype=torch.float32)[None, None], TILE_SIDE)[0, 0]
    bright = functional.relu(grid)
    peak = float(bright.max())
    if peak <= _DARK:
        return MapTile(kind=kind, key=key, png=_png(torch.zeros_like(bright)), peak=0.0)
    return MapTile(kind=kind, key=key, png=_png(bright * (_BRIGHTEST / peak)), peak=peak)


def _png(bright: Tensor) -> bytes:
    """(h, w) in 0..255."""
    content = BytesIO()
    Image.fromarray(bright.round().to(torch.uint8).numpy()).save(content, "PNG", optimize=True)
    return content.getvalue()
