"""Take typed values out of parsed JSON. Raises TypeError or ValueError saying what was found."""

from collections.abc import Mapping
from math import isfinite


def mapping(value: object) -> Mapping[str, object]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, found {type(value).__name__}")
    return value


def rows(value: object) -> list[Mapping[str, object]]:
    """A list of JSON objects."""
    return [mapping(item) for item in values(value)]


def values(value: object) -> list[object]:
    """A list."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {type(value).__name__}")
    return value


def text(value: object) -> str:
    """Words."""
    if not isinstance(value, str):
        raise TypeError(f"expected words, found {value!r}")
    return value


def truth(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, found {value!r}")
    return value


def number(value: object) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise TypeError(f"expected a number, found {value!r}")
    return float(value)


def whole(value: object, *, least: int) -> int:
    """A whole number of ``least`` or more."""
    if (found := number(value)) < least or not found.is_integer():
        raise ValueError(f"expected a whole number of at least {least}, found {value!r}")
    return int(found)


def ascending(value: object) -> tuple[float, ...]:
    """Numbers that never fall; perhaps none."""
    found = tuple(number(item) for item in values(value))
    if list(found) != sorted(found):
        raise ValueError("the reference values ascend")
    return found
