"""Fields of a card as far as they can be understood; what is something else counts as missing."""

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Final

_PER_CENT: Final = re.compile(r"(?<=\d)%")


def fields_of(value: object) -> Mapping[str, object]:
    """An object, empty when it is none."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> Sequence[Mapping[str, object]]:
    """The objects of a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts_of(value: object) -> tuple[str, ...]:
    """The texts of a list that say something."""
    found = value if isinstance(value, list) else []
    return tuple(each for each in found if isinstance(each, str) and each)


def sentences_of(value: object) -> tuple[str, ...]:
    """The same with per cent as all pages write it: 80 %."""
    return tuple(_PER_CENT.sub(" %", each) for each in texts_of(value))


def text_of(value: object) -> str:
    """A text, empty when it is none."""
    return value if isinstance(value, str) else ""


def number_of(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)


def count_of(value: object) -> int | None:
    """How many, or None."""
    number = number_of(value)
    return None if number is None or number < 0 else round(number)


def share_of(value: object) -> float | None:
    """A number of 0 to 1, or None."""
    number = number_of(value)
    return number if number is not None and 0 <= number <= 1 else None
