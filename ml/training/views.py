"""Where a training picture is cut and whether it is mirrored, drawn from seed, phase and epoch.

The draw depends on nothing else, so that a resumed run, another number of processes or another
number of accumulation parts sees the same pixels.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml.contracts.recipe import Recipe

_ORDER, _CUT = 0, 1


@dataclass(frozen=True, slots=True)
class Views:
    """One view of every picture: (n,) offsets of the cut in pixels, and (n,) mirrored or not."""

    top: NDArray[np.int64]
    left: NDArray[np.int64]
    mirrored: NDArray[np.bool_]


def draw_views(count: int, recipe: Recipe, *, stream: int, epoch: int) -> Views:
    """Random cuts of ``input_side`` out of ``resize_side``; centred ones where not random."""
    generator = np.random.default_rng([recipe.seed, stream, epoch, _CUT])
    room = recipe.resize_side - recipe.input_side
    offsets = generator.integers(0, room + 1, size=(2, count))
    mirrored = generator.random(count) < 0.5
    if not recipe.random_crop:
        offsets = np.full((2, count), room // 2)
    if not recipe.flip:
        mirrored = np.zeros(count, dtype=np.bool_)
    return Views(top=offsets[0], left=offsets[1], mirrored=mirrored)


def draw_order(count: int, recipe: Recipe, *, stream: int, epoch: int) -> NDArray[np.intp]:
    """The order in which an epoch meets the pictures: a permutation of 0..count-1."""
    generator = np.random.default_rng([recipe.seed, stream, epoch, _ORDER])
    return generator.permutation(count)


def cut(
    stored: Tensor, rows: NDArray[np.intp], views: Views, *, side: int, device: torch.device
) -> Tensor:
    """The views of ``rows``: (n, 3, R, R) uint8 -> (len(rows), 3, side, side) float32, 0..255."""
    parts: list[Tensor] = []
    for row in rows.tolist():
        top, left = int(views.top[row]), int(views.left[row])
        part = stored[row, :, top : top + side, left : left + side]
        parts.append(part.flip(2) if views.mirrored[row] else part)
    return ready(torch.stack(parts), device=device)


def ready(pixels: Tensor, *, device: torch.device) -> Tensor:
    """uint8 pixels on ``device`` as float32, channels last in memory."""
    moved = pixels.to(device).to(torch.float32)
    return moved.contiguous(memory_format=torch.channels_last)
