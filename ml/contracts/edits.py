"""Modest, interpretable changes of a picture: what the coach may propose, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import isfinite


class EditsError(ValueError):
    """No such edit, or one beyond its bounds: whoever wrote the recipe must mend it."""


# Beyond these a person would speak of another picture, or of a ruined one.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "exposure": (-1.0, 1.0),  # stops, in linear light
    "contrast": (-0.3, 0.3),  # slope at middle grey less 1
    "temperature": (-0.15, 0.15),  # log gain of red over blue; positive is warmer
    "tint": (-0.08, 0.08),  # log gain of green against both; positive is greener
    "saturation": (-0.5, 0.3),  # distance to grey less 1; beyond +0.3 skin turns red
    "straighten": (-5.0, 5.0),  # degrees clockwise, cropped to stay inside the picture
    "crop_left": (0.0, 0.2),  # share of the width cut away
    "crop_right": (0.0, 0.2),
    "crop_top": (0.0, 0.2),  # share of the height cut away
    "crop_bottom": (0.0, 0.2),
    "vignette": (-0.35, 0.35),  # stops at the corners: below 0 darker
    "dodge": (-0.5, 0.5),  # stops at the centre of a soft spot
    "dodge_x": (0.0, 1.0),  # where the spot lies, from the left
    "dodge_y": (0.0, 1.0),  # and from the top
}
CROP = ("crop_left", "crop_right", "crop_top", "crop_bottom")
DODGE = ("dodge", "dodge_x", "dodge_y")
# What a person would call one change, in the order in which it is told.
COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "straighten": ("straighten",),
    "crop": CROP,
    "exposure": ("exposure",),
    "contrast": ("contrast",),
    "white_balance": ("temperature", "tint"),
    "saturation": ("saturation",),
    "vignette": ("vignette",),
    "dodge": DODGE,
}


@dataclass(frozen=True, slots=True)
class Edits:
    """A recipe. Applied in one order: straighten, crop, then tones. All zero changes nothing.

    Units and limits are those of ``BOUNDS``. Raises EditsError beyond them.
    """

    exposure: float = 0.0
    contrast: float = 0.0
    temperature: float = 0.0
    tint: float = 0.0
    saturation: float = 0.0
    straighten: float = 0.0
    crop_left: float = 0.0
    crop_right: float = 0.0
    crop_top: float = 0.0
    crop_bottom: float = 0.0
    vignette: float = 0.0
    dodge: float = 0.0
    dodge_x: float = 0.5
    dodge_y: float = 0.5

    def __post_init__(self) -> None:
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
                raise EditsError(f"{name} is a number, not {value!r}")
            if not low <= value <= high:
                raise EditsError(f"{name} lies between {low} and {high}, not at {value}")

    @classmethod
    def from_json(cls, recipe: object) -> "Edits":
        """Read what `to_json` wrote. Raises EditsError for an unknown name or a wrong value."""
        if not isinstance(recipe, dict):
            raise EditsError("a recipe is an object of edits")
        unknown = set(recipe) - {field.name for field in fields(cls)}
        if unknown:
            raise EditsError(f"there is no edit {', '.join(sorted(map(str, unknown)))}")
        return cls(**recipe)

    def only(self, component: str) -> "Edits":
        """One component of the recipe by itself. Raises KeyError for a name that is none."""
        return Edits(**{name: getattr(self, name) for name in COMPONENTS[component]})

    def tones(self) -> "Edits":
        """The recipe without its frame."""
        return replace(self, straighten=0.0, **dict.fromkeys(CROP, 0.0))

    def components(self) -> tuple[str, ...]:
        """The components that change something, in the order of ``COMPONENTS``."""
        nothing = Edits()
        return tuple(key for key in COMPONENTS if self.only(key).acting() != nothing)

    def acting(self) -> "Edits":
        """The same recipe; the place of a spot that changes nothing is forgotten."""
        return self if self.dodge else replace(self, dodge_x=0.5, dodge_y=0.5)

    def to_json(self) -> dict[str, float]:
        """The edits that differ from doing nothing."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }
