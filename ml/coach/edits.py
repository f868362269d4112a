"""The coach's edits as differentiable functions of their parameters.

Recipes are (B, 14) tensors, one column for each name of ``NAMES`` in the units of ``BOUNDS``.
The same operations as ``ml.coach.apply``, which writes files.
"""

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate

from ml.coach.apply import KNEE, LUMA, SPOT
from ml.contracts.edits import BOUNDS, Edits

NAMES = tuple(BOUNDS)
_AT = {name: place for place, name in enumerate(NAMES)}


def recipe_of(edits: Edits) -> Tensor:
    """(14,) the numbers of a recipe, in the order of ``NAMES``."""
    return torch.tensor([getattr(edits, name) for name in NAMES])


def edit(pixels: Tensor, recipes: Tensor, *, aspect: float, side: int) -> Tensor:
    """What the scorer would see of each edited picture.

    ``pixels``: (B, 3, H, W) in 0..255, the original squeezed to any size, ``aspect`` its width
    over height before. Returns (B, 3, side, side) in 0..255; frame first, then tones.
    """
    framed = frame(pixels, recipes, aspect=aspect)
    if framed.shape[2:] != (side, side):
        framed = interpolate(framed, size=(side, side), mode="bicubic", antialias=True)
    return tone(framed.clamp(0.0, 255.0), recipes)


def frame(pixels: Tensor, recipes: Tensor, *, aspect: float) -> Tensor:
    """Straighten and crop by one bilinear look-up; sizes stay, the frame is squeezed into them."""
    grid = affine_grid(_matrices(recipes, aspect), list(pixels.shape), align_corners=False)
    return grid_sample(pixels, grid, padding_mode="border", align_corners=False)


def tone(pixels: Tensor, recipes: Tensor) -> Tensor:
    """(B, 3, H, W) in 0..255 -> the same shape and range, with every tone edit."""
    gains = _stops(recipes, pixels).exp2() * _white_balance(recipes)  # (B, 3, H, W)
    linear = _to_linear(pixels / 255.0)
    # Above 1 the gain is rolled off so that white stays white and nothing is clipped.
    linear = linear * gains / (1.0 + (gains - 1.0).clamp_min(0.0) * linear)
    tones = _to_encoded(linear)
    bend = _column(recipes, "contrast")
    tones = tones + bend * (tones - 0.5) * 4.0 * tones * (1.0 - tones)
    luma = (tones * tones.new_tensor(LUMA)[:, None, None]).sum(dim=1, keepdim=True)
    tones = luma + (1.0 + _column(recipes, "saturation")) * (tones - luma)
    return tones.clamp(0.0, 1.0) * 255.0


def _matrices(recipes: Tensor, aspect: float) -> Tensor:
    """(B, 14) -> (B, 2, 3), the maps of ``ml.coach.frame``."""
    turn = torch.deg2rad(recipes[:, _AT["straighten"]])
    left, right, top, bottom = (recipes[:, _AT[f"crop_{s}"]] for s in _SIDES)
    across, down, aside, low = 1 - left - right, 1 - top - bottom, left - right, top - bottom
    scale = 1.0 / (turn.cos() + max(aspect, 1 / aspect) * turn.abs().sin())
    c, s = scale * turn.cos(), scale * turn.sin()
    upper = torch.stack([c * across, s / aspect * down, c * aside + s / aspect * low], dim=1)
    lower = torch.stack([-s * aspect * across, c * down, -s * aspect * aside + c * low], dim=1)
    return torch.stack([upper, lower], dim=1)


_SIDES = ("left", "right", "top", "bottom")


def _column(recipes: Tensor, name: str) -> Tensor:
    """(B, 1, 1, 1), one parameter ready to meet pixels."""
    return recipes[:, _AT[name], None, None, None]


def _stops(recipes: Tensor, pixels: Tensor) -> Tensor:
    """(B, 1, H, W) exposure, vignette and dodged spot together, in stops."""
    height, width = pixels.shape[2:]
    u = (torch.arange(width, device=pixels.device) + 0.5) / width  # (W,)
    v = ((torch.arange(height, device=pixels.device) + 0.5) / height)[:, None]  # (H, 1)
    corner = ((2 * u - 1) ** 2 + (2 * v - 1) ** 2) / 2  # (H, W), 1 in the corners
    away = (u - _column(recipes, "dodge_x")) ** 2 + (v - _column(recipes, "dodge_y")) ** 2
    spot = torch.exp(-away / (2 * SPOT**2))
    dodged = _column(recipes, "dodge") * spot
    return _column(recipes, "exposure") + _column(recipes, "vignette") * corner + dodged


def _white_balance(recipes: Tensor) -> Tensor:
    """(B, 3, 1, 1) gains that keep the luminance of grey."""
    warm, green = recipes[:, _AT["temperature"]], recipes[:, _AT["tint"]]
    logs = [warm / 2 - green / 3, 2 * green / 3, -warm / 2 - green / 3]
    gains = torch.stack(logs, dim=1).exp()  # (B, 3)
    return (gains / (gains * gains.new_tensor(LUMA)).sum(dim=1, keepdim=True))[:, :, None, None]


def _to_linear(encoded: Tensor) -> Tensor:
    bent = ((encoded.clamp_min(0.0) + 0.055) / 1.055) ** 2.4
    return torch.where(encoded <= 12.92 * KNEE, encoded / 12.92, bent)


def _to_encoded(linear: Tensor) -> Tensor:
    bent = 1.055 * linear.clamp_min(KNEE) ** (1 / 2.4) - 0.055
    return torch.where(linear <= KNEE, linear * 12.92, bent)
