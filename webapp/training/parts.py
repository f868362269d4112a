"""Into which part of the split a picture falls: the same one in every snapshot.

The hash of a group decides, not a draw, and where earlier snapshots put a member before that: so
freezing again changes nothing. Where earlier snapshots parted a group, its pictures go to the test
and those of them that were learned from are left out altogether (`freezing`): what one model
learned from never becomes the test of the next.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Final

_LEARNED_OF_TEN: Final = 7
_CHECKED_OF_TEN: Final = 8  # the eighth tenth is for validation, what is left for the test
_TENTHS: Final = 10


class Part(StrEnum):
    """Learned from; for choosing settings; for the verdict alone."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


FIRST: Final = (Part.TEST, Part.VALIDATION, Part.TRAIN)  # which of several earlier ones holds


def part_of(picture: str) -> Part:
    """By the sha256 of the name: 70, 10 and 20 of 100 pictures."""
    tenth = int.from_bytes(sha256(picture.encode()).digest()[:8], "big") * _TENTHS >> 64
    if tenth < _LEARNED_OF_TEN:
        return Part.TRAIN
    return Part.VALIDATION if tenth < _CHECKED_OF_TEN else Part.TEST


def part_of_group(members: Collection[str], earlier: Mapping[str, Collection[str]]) -> Part:
    """Where earlier snapshots put a member, test first; else by the smallest member's name.

    ``earlier``: parts by picture.
    """
    known = {part for member in members for part in earlier.get(member, ())}
    for part in FIRST:
        if part in known:
            return part
    return part_of(min(members))


def counted(parts: Iterable[str]) -> dict[str, int]:
    """How many fell into each."""
    found = {part.value: 0 for part in Part}
    for part in parts:
        found[part] += 1
    return found
