"""A recipe in words: "Straighten 2.1 degrees clockwise, +0.3 EV"."""

from collections.abc import Callable, Mapping

from ml.contracts.edits import COMPONENTS, Edits

_SIDES = ("left", "right", "top", "bottom")


def words_of(edits: Edits) -> str:
    """All that a recipe does, in the order in which people would do it; starts with a capital."""
    said = [_SAID[key](edits) for key in COMPONENTS if key in edits.components()]
    text = ", ".join(said) or "no change"
    return text[0].upper() + text[1:]


def _straighten(edits: Edits) -> str:
    way = "clockwise" if edits.straighten > 0 else "anticlockwise"
    return f"straighten {abs(edits.straighten):.1f} degrees {way}"


def _crop(edits: Edits) -> str:
    cuts = {side: getattr(edits, f"crop_{side}") for side in _SIDES}
    said = [f"{cut:.0%} {_WHERE[side]}" for side, cut in cuts.items() if cut]
    return f"crop {_listed(said)}"


_WHERE = {
    "left": "off the left",
    "right": "off the right",
    "top": "off the top",
    "bottom": "off the bottom",
}


def _exposure(edits: Edits) -> str:
    return f"{edits.exposure:+.2f}".rstrip("0").rstrip(".") + " EV"


def _contrast(edits: Edits) -> str:
    return f"contrast {edits.contrast:+.0%}"


def _white_balance(edits: Edits) -> str:
    said = []
    if edits.temperature:
        said.append(f"{_degree(edits.temperature / 0.15)}{_warmth(edits)}")
    if edits.tint:
        colour = "greener" if edits.tint > 0 else "more magenta"
        said.append(f"{_degree(edits.tint / 0.08)}{colour}")
    return _listed(said)


def _warmth(edits: Edits) -> str:
    return "warmer" if edits.temperature > 0 else "cooler"


def _saturation(edits: Edits) -> str:
    return f"saturation {edits.saturation:+.0%}"


def _vignette(edits: Edits) -> str:
    return f"{'lighter' if edits.vignette > 0 else 'darker'} corners ({edits.vignette:+.2f} EV)"


def _dodge(edits: Edits) -> str:
    verb = "brighten" if edits.dodge > 0 else "darken"
    return f"{verb} {_place(edits.dodge_x, edits.dodge_y)} ({edits.dodge:+.2f} EV)"


def _place(x: float, y: float) -> str:
    across = "left" if x < 1 / 3 else "right" if x > 2 / 3 else ""
    down = "upper" if y < 1 / 3 else "lower" if y > 2 / 3 else ""
    if not across and not down:
        return "the middle"
    if down and across:
        return f"the {down} {across}"
    return f"the {across} side" if across else f"the {down} part"


def _degree(share: float) -> str:
    return "slightly " if abs(share) < 1 / 3 else ""


def _listed(said: list[str]) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


_SAID: Mapping[str, Callable[[Edits], str]] = {
    "straighten": _straighten,
    "crop": _crop,
    "exposure": _exposure,
    "contrast": _contrast,
    "white_balance": _white_balance,
    "saturation": _saturation,
    "vignette": _vignette,
    "dodge": _dodge,
}
