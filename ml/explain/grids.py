"""Maps of different sizes brought to one grid, and smoothing: what all map methods share."""

import torch
from torch import Tensor
from torch.nn import functional

_REACH = 3.0  # a Gaussian is cut off at this many standard deviations


def on_grid(maps: Tensor, side: int) -> Tensor:
    """(B, C, h, w) -> (B, C, side, side): averaged where finer, interpolated where coarser.

    The mean over space is kept exactly where ``side`` and the sides are whole multiples of each
    other, as the grids of a network on a square of its own side are.
    """
    height, width = maps.shape[-2:]
    if height > side or width > side:
        maps = functional.adaptive_avg_pool2d(maps, (min(height, side), min(width, side)))
    if maps.shape[-2:] == (side, side):
        return maps
    return functional.interpolate(maps, size=(side, side), mode="bilinear", align_corners=False)


def smoothed(maps: Tensor, sigma: float) -> Tensor:
    """Each of (B, h, w) blurred by a Gaussian of ``sigma`` cells; the edge cells are repeated."""
    reach = max(1, round(_REACH * sigma))
    places = torch.arange(-reach, reach + 1, dtype=maps.dtype, device=maps.device)
    weights = torch.exp(-(places**2) / (2.0 * sigma**2))
    weights = weights / weights.sum()
    padded = functional.pad(maps.unsqueeze(1), (reach, reach, reach, reach), mode="replicate")
    rows = functional.conv2d(padded, weights.view(1, 1, 1, -1))
    return functional.conv2d(rows, weights.view(1, 1, -1, 1)).squeeze(1)
