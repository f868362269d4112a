"""What speaks for each class at each place of a picture, and the boxes in that."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage.filters import threshold_otsu
from skimage.measure import label as connected
from skimage.measure import regionprops
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from ml.contracts.objects import Edges
from ml.explain.visual_backprop import visual_backprop
from ml.inference.recognition import LoadedRecogniser

SCALES = (1.0, 1.43, 2.0)  # longer side of the picture, over the side that was learned from
GRID = 112  # places of the longer side of an evidence map
_PARTS = 2
_BASE = 0.25  # of a class' evidence stays where the mask is 0
_LEAST_PART = 0.004  # of the picture

Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """One look at a picture. ``maps``: (K, h, w) evidence, not negative; ``mask``: (h, w) in 0..1.

    ``sure``: (K,) the highest confidence of the whole and of every window; ``windows``: (K, 4) the
    best window of each class as shares of the picture: left, top, right, bottom.
    """

    maps: Map
    mask: Map
    sure: NDArray[np.float64]
    windows: NDArray[np.float64]


def look(recogniser: LoadedRecogniser, picture: Image.Image, *, scales: Sequence[float]) -> Looked:
    """Maps of an RGB picture at all ``scales``, see ``SCALES``."""
    network, card = recogniser.network, recogniser.card
    grid = _sized(picture.size, GRID, multiple=1)
    side = card.input_side // network.stride
    total: Tensor | None = None
    sure = recogniser.confidences([picture])[0]
    windows = np.tile(np.array([0.0, 0.0, 1.0, 1.0]), (len(card.classes), 1))
    mask = np.ones((grid[1], grid[0]), dtype=np.float32)
    head = network.taught.head
    assert head.bias is not None
    bias = head.bias[:, None, None]  # what a class is thought of without any evidence
    with torch.inference_mode():
        for scale in sorted(scales):
            pixels = _tensor(picture, scale * card.input_side, multiple=network.stride)
            maps, steps = network.trail(pixels)
            places = head(maps[-1])[0]  # (K, h, w)
            best, where = _best_windows(places, side)
            found = recogniser.confident(best.numpy())
            better = found > sure
            sure, windows = np.maximum(sure, found), np.where(better[:, None], where, windows)
            part = _on_grid((places - bias).clamp_min(0.0), grid)
            total = part if total is None else total + part
            if scale == max(scales):
                size = (pixels.shape[2], pixels.shape[3])
                mask = _on_grid(visual_backprop(maps, steps, size=size), grid)[0].numpy()
    assert total is not None
    evidence = (total / len(scales)).numpy() * (_BASE + (1 - _BASE) * np.sqrt(mask))
    return Looked(evidence.astype(np.float32), mask, sure, windows)


def parts_above(evidence: Map, level: float, *, size: tuple[int, int]) -> list[Edges]:
    """Boxes in a picture of ``size`` of what hangs together above ``level``, strongest first.

    ``level``: a share of the highest place; 0 means Otsu's threshold.
    """
    highest = float(evidence.max())
    if highest <= 0:
        return []
    cut = level * highest or _otsu(evidence)
    joined = connected(evidence >= cut)  # type: ignore[no-untyped-call]
    regions = regionprops(joined, intensity_image=evidence)  # type: ignore[no-untyped-call]
    large = [one for one in regions if one.area >= _LEAST_PART * evidence.size]
    strong = sorted(large, key=lambda one: -one.area * one.intensity_mean)
    down, across = size[1] / evidence.shape[0], size[0] / evidence.shape[1]
    return [_box(one.bbox, down, across, size) for one in strong[:_PARTS]]


def _otsu(evidence: Map) -> float:
    return float(threshold_otsu(evidence))  # type: ignore[no-untyped-call]


def _best_windows(places: Tensor, side: int) -> tuple[Tensor, NDArray[np.float64]]:
    """(K,) logits of the best window of each class, and (K, 4) where, as shares."""
    height, width = places.shape[1:]
    tall, wide = min(side, height), min(side, width)
    means = avg_pool2d(places[None], (tall, wide), stride=1)[0]  # (K, y, x)
    best, at = means.flatten(1).max(dim=1)
    rows, columns = at.numpy() // means.shape[2], at.numpy() % means.shape[2]
    where = np.stack(
        [columns / width, rows / height, (columns + wide) / width, (rows + tall) / height], axis=1
    )
    return best, where


def _tensor(picture: Image.Image, side: float, *, multiple: int) -> Tensor:
    """(1, 3, h, w) of the picture in its own proportions."""
    size = _sized(picture.size, side, multiple=multiple)
    pixels = np.asarray(picture.resize(size, Image.Resampling.BICUBIC))
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()


def _sized(size: tuple[int, int], side: float, *, multiple: int) -> tuple[int, int]:
    scale = side / max(size)
    width, height = (max(multiple, round(edge * scale / multiple) * multiple) for edge in size)
    return width, height


def _on_grid(maps: Tensor, grid: tuple[int, int]) -> Tensor:
    """(K, h, w) -> (K, grid height, grid width)."""
    size = (grid[1], grid[0])
    return interpolate(maps[None], size=size, mode="bilinear", align_corners=False)[0]


def unit(evidence: Map) -> Map:
    """Its highest place at 1."""
    return evidence / max(float(evidence.max()), 1e-9)


def _box(
    bounds: tuple[int, int, int, int], down: float, across: float, size: tuple[int, int]
) -> Edges:
    top, left, bottom, right = bounds
    x, y = round(left * across), round(top * down)
    return x, y, min(round(right * across), size[0]) - x, min(round(bottom * down), size[1]) - y
