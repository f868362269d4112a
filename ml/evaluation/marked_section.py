"""The generated part of a page, which a command may write anew between its marks."""

from collections.abc import Mapping
from dataclasses import dataclass


class NoMarksError(ValueError):
    """The page has no marks: the operator must name another, or write them."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: its ``text`` between marks, and its plots as SVG by name."""

    text: str
    plots: Mapping[str, str]


def put_into(text: str, written: str) -> str:
    """``text`` with a section replaced. The first and last lines of ``written`` are its marks.

    Raises NoMarksError.
    """
    first, *_, last = written.splitlines()
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise NoMarksError(f"the document has no marks {first} and {last}")
    return before + written + after
