"""Differentiable augmentation of what a discriminator sees, real or made (Zhao et al. 2020).

The policy of the paper's section 4: colour, translation by up to an eighth, cutout of a square of
half the side. Every draw comes from the given random state.
"""

import torch
from torch import Tensor

_SHIFT = 8
_CUT = 2


def augmented(pixels: Tensor, random: torch.Generator) -> Tensor:
    """(B, 3, S, S) in -1..1 -> the same shape, gradients kept. ``random`` lives on the CPU."""
    return _cut(_shifted(_coloured(pixels, random), random), random)


def _coloured(pixels: Tensor, random: torch.Generator) -> Tensor:
    """Brightness by up to a half, saturation 0 to 2, contrast a half to one and a half."""
    draws = torch.rand(3, len(pixels), 1, 1, 1, generator=random).to(pixels)
    pixels = pixels + (draws[0] - 0.5)
    grey = pixels.mean(dim=1, keepdim=True)
    pixels = (pixels - grey) * (2.0 * draws[1]) + grey
    middle = pixels.mean(dim=(1, 2, 3), keepdim=True)
    return (pixels - middle) * (draws[2] + 0.5) + middle


def _shifted(pixels: Tensor, random: torch.Generator) -> Tensor:
    """Moved by whole pixels; what comes in is grey."""
    count, _, side, _ = pixels.shape
    most = side // _SHIFT
    moved = torch.randint(-most, most + 1, (2, count, 1), generator=random)
    places = torch.arange(side)[None] + moved  # (2, B, side), where each pixel comes from
    inside = ((places >= 0) & (places < side)).to(pixels)
    rows, columns = places.clamp(0, side - 1).to(pixels.device)
    each = torch.arange(count, device=pixels.device)[:, None, None]
    found = pixels.permute(0, 2, 3, 1)[each, rows[:, :, None], columns[:, None, :]]
    seen = inside[0][:, :, None] * inside[1][:, None, :]
    return (found * seen[..., None]).permute(0, 3, 1, 2)


def _cut(pixels: Tensor, random: torch.Generator) -> Tensor:
    """A grey square whose centre may lie anywhere."""
    count, _, side, _ = pixels.shape
    half = side // _CUT // 2
    centre = torch.randint(0, side + 1, (2, count, 1), generator=random)
    far = (torch.arange(side)[None] - centre + 0.5).abs() > half  # (2, B, side)
    kept = (far[0][:, :, None] | far[1][:, None, :]).to(pixels)
    return pixels * kept[:, None]
