"""How a generator learns in a run: each choice of ``RunRequest.changes``, named and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any

from ml.contracts.generator_card import Conditioning
from ml.contracts.recipe import RecipeError

SIDES = (32, 64, 128)
FEWEST_LEARNED = 60  # pictures of the train part
FEWEST_JUDGED = 40  # pictures of the other parts, which teach the judges
ENDLESS = 10**9
_WHOLE: Mapping[str, tuple[int, int]] = {
    "width": (2, 128),
    "batch": (2, 512),
    "lessons": (1, 10),
    "updates": (1, ENDLESS),
    "every": (1, 100_000),
    "categories": (0, 20),
}
_LONGEST = 600.0  # minutes


@dataclass(frozen=True, slots=True)
class GeneratorRecipe:
    """It learns for ``minutes`` or so many ``updates``, whichever comes first.

    ``size``: side of a sample in pixels. ``width``: channels of its widest resolution, ``batch``:
    pictures behind an update, ``lessons``: updates of the discriminator for each of the generator.
    ``every``: updates between two points of the curves, each with a grid of samples and a
    checkpoint. ``categories``: how many, 0 to let the silhouette choose.
    """

    conditioning: Conditioning = Conditioning.MIXED
    size: int = 64
    width: int = 16
    batch: int = 16
    lessons: int = 1
    minutes: float = 30.0
    updates: int = ENDLESS
    every: int = 100
    categories: int = 0


def generator_recipe(changes: Mapping[str, object]) -> GeneratorRecipe:
    """The standard one with some fields changed. Raises RecipeError naming what is wrong."""
    known = [each.name for each in fields(GeneratorRecipe)]
    for name in changes:
        if name not in known:
            raise RecipeError(f"a generator has no field {name!r}; it has {', '.join(known)}")
    found: dict[str, Any] = {name: _checked(name, value) for name, value in changes.items()}
    return GeneratorRecipe(**found)


def _checked(name: str, value: object) -> object:
    if name == "conditioning":
        return _conditioning(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise RecipeError(f"{name} is a number, not {value!r}")
    if name == "minutes":
        if not 0 < value <= _LONGEST:
            raise RecipeError(f"minutes are above 0 and at most {_LONGEST:g}, not {value:g}")
        return float(value)
    if name == "size":
        if value not in SIDES:
            raise RecipeError(f"size is one of {', '.join(map(str, SIDES))}, not {value:g}")
        return int(value)
    return _whole(name, value)


def _conditioning(value: object) -> Conditioning:
    try:
        return Conditioning(str(value))
    except ValueError as error:
        raise RecipeError(f"conditioning is one of {', '.join(Conditioning)}") from error


def _whole(name: str, value: float) -> int:
    least, most = _WHOLE[name]
    if value != int(value) or not least <= value <= most:
        raise RecipeError(f"{name} is a whole number from {least} to {most}, not {value:g}")
    if name == "categories" and value == 1:
        raise RecipeError("categories are 0, to let the pictures say how many, or at least 2")
    return int(value)
