"""Bounded reads, and the three ways in which a file can disappoint."""

from dataclasses import dataclass
from typing import BinaryIO

_FARTHEST = 1 << 62


class Truncated(Exception):
    """The file ends before its own structure does."""


class Broken(Exception):
    """The file contradicts its format; the message completes "The file ..."."""


class Foreign(Exception):
    """A sound file of a kind that is not accepted; the message completes "This is ..."."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the container says: stored size, number of frames, EXIF orientation 1-8."""

    width: int
    height: int
    frames: int = 1
    orientation: int = 1


def exactly(file: BinaryIO, count: int) -> bytes:
    """The next `count` bytes; raises Truncated when the file has fewer."""
    data = file.read(count)
    if len(data) != count:
        raise Truncated
    return data


def jump(file: BinaryIO, to: int) -> None:
    """Stand at an offset the file itself names; raises Truncated for one no file can have."""
    if to >= _FARTHEST:
        raise Truncated
    file.seek(to)


def number(file: BinaryIO, count: int) -> int:
    """The next `count` bytes as a big-endian number."""
    return int.from_bytes(exactly(file, count), "big")


def not_empty(width: int, height: int) -> None:
    """Raises Broken for a picture without pixels."""
    if width < 1 or height < 1:
        raise Broken("says that it has no pixels")
