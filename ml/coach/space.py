"""Recipes as points of a box: each parameter in its own natural unit, 0 for doing nothing."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from ml.coach.edits import NAMES
from ml.contracts.edits import BOUNDS, COMPONENTS, Edits

_NOTHING = Edits()
# Finer steps than these nobody sees, and words that state them promise too much.
STEP: Mapping[str, float] = {
    "exposure": 0.05,
    "contrast": 0.02,
    "temperature": 0.01,
    "tint": 0.01,
    "saturation": 0.02,
    "straighten": 0.1,
    "crop_left": 0.01,
    "crop_right": 0.01,
    "crop_top": 0.01,
    "crop_bottom": 0.01,
    "vignette": 0.05,
    "dodge": 0.05,
    "dodge_x": 0.05,
    "dodge_y": 0.05,
}
# Less than this share of its range is left out: it would not be noticed.
FAINTEST = 0.08
_PLACES = ("dodge_x", "dodge_y")


def centres() -> Tensor:
    """(14,) the values that change nothing."""
    return torch.tensor([float(getattr(_NOTHING, name)) for name in NAMES])


def reaches() -> Tensor:
    """(14,) the farther bound of each parameter from its centre: what z = 1 stands for."""
    return torch.tensor([_reach(name) for name in NAMES])


def limits() -> tuple[Tensor, Tensor]:
    """(14,) lowest and highest z."""
    low = torch.tensor([BOUNDS[name][0] for name in NAMES])
    high = torch.tensor([BOUNDS[name][1] for name in NAMES])
    return (low - centres()) / reaches(), (high - centres()) / reaches()


def priced() -> Tensor:
    """(14,) 1 for what counts as a change; where a spot lies costs nothing."""
    return torch.tensor([0.0 if name in _PLACES else 1.0 for name in NAMES])


def freedom(components: Collection[str]) -> Tensor:
    """(14,) 1 for the parameters of these components, 0 for those that must not move."""
    names = {name for key in components for name in COMPONENTS[key]}
    return torch.tensor([1.0 if name in names else 0.0 for name in NAMES])


def position(edits: Edits) -> Tensor:
    """(14,) where a recipe lies."""
    values = torch.tensor([float(getattr(edits, name)) for name in NAMES])
    return (values - centres()) / reaches()


def tidy(place: Tensor) -> Edits:
    """The recipe nearest to a point, in steps that can be said; faint parts are left out."""
    values = (centres() + place.detach().cpu() * reaches()).tolist()
    recipe = {name: _stepped(name, value) for name, value in zip(NAMES, values, strict=True)}
    return Edits(**recipe).acting()


def weaker(edits: Edits, share: float) -> Edits:
    """A recipe of which every part is ``share`` as strong; a spot stays where it is."""
    place = position(edits)
    scaled = torch.where(priced() > 0, place * share, place)
    return tidy(scaled)


def _reach(name: str) -> float:
    low, high = BOUNDS[name]
    middle = float(getattr(_NOTHING, name))
    return max(high - middle, middle - low)


def _stepped(name: str, value: float) -> float:
    low, high = BOUNDS[name]
    middle = float(getattr(_NOTHING, name))
    if name not in _PLACES and abs(value - middle) < FAINTEST * _reach(name):
        return middle
    rounded = round(round(value / STEP[name]) * STEP[name], 4)
    return min(max(rounded, low), high)


def opposite(edits: Edits) -> Edits:
    """Every tone the other way, as strong as its bounds allow; frames cannot be reversed."""
    place = torch.where(priced() > 0, -position(edits), position(edits))
    low, high = limits()
    return tidy(torch.minimum(torch.maximum(place, low), high)).tones()


def random_like(edits: Edits, *, seed: int) -> Edits:
    """A recipe of the same size, in a random direction of the same parameters."""
    place = position(edits)
    generator = torch.Generator().manual_seed(seed)
    moved = (place != 0) & (priced() > 0)
    low, high = limits()
    drawn = torch.randn(len(NAMES), generator=generator) * moved
    drawn = torch.where(low < 0, drawn, drawn.abs())  # a crop cannot be negative
    size = (place * priced()).norm() / drawn.norm().clamp_min(1e-9)
    spot = torch.rand(len(NAMES), generator=generator) * 2 - 1
    wanted = torch.where(priced() > 0, drawn * size, spot)
    return tidy(torch.minimum(torch.maximum(wanted, low), high))
