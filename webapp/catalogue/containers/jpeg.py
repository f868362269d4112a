"""JPEG: walk the segments up to the scan, then look for the end of the image."""

from collections.abc import Iterator
from typing import BinaryIO

from webapp.catalogue.containers import tiff
from webapp.catalogue.containers.reading import (
    Broken,
    Foreign,
    Header,
    Truncated,
    exactly,
    not_empty,
    number,
)

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DECODABLE = frozenset((0xC0, 0xC1, 0xC2, 0xC9, 0xCA))
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
_START, _END, _SCAN, _APP1, _APP2 = 0xD8, 0xD9, 0xDA, 0xE1, 0xE2
_MAX_SEGMENTS = 10_000
_MAX_SCANS = 64
_BLOCK = 1 << 20


def read(file: BinaryIO, size: int) -> Header:
    """Read size, orientation and number of pictures; the first scan must reach its end."""
    file.seek(2)
    width = height = 0
    orientation = frames = 1
    for marker, length in _segments(file):
        if marker in _FRAMES:
            width, height = _size(marker, exactly(file, length))
        elif marker == _APP1:
            block = exactly(file, length)
            if block.startswith(b"Exif\0\0"):
                orientation = tiff.orientation(block)
        elif marker == _APP2:
            block = exactly(file, length)
            if block.startswith(b"MPF\0"):
                frames = tiff.mpf_frames(block[4:])
        else:
            file.seek(length, 1)
    if not width:
        raise Broken("has no picture size")
    _reach_end(file)
    return Header(width, height, frames, orientation)


def _segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Marker and length of each segment before the scan; the taker reads or skips its content."""
    for _ in range(_MAX_SEGMENTS):
        marker = _marker(file)
        if marker == _SCAN:
            return
        if marker in (_START, _END):
            raise Broken("has no picture before its end")
        if marker in _ALONE:
            continue
        length = number(file, 2) - 2
        if length < 0:
            raise Broken("has a segment of impossible length")
        yield marker, length
    raise Broken("has more segments than any picture needs")


def _marker(file: BinaryIO) -> int:
    """The code of the next marker; fill bytes before it are allowed."""
    if exactly(file, 1) != b"\xff":
        raise Broken("has bytes where a marker belongs")
    while (code := exactly(file, 1)[0]) == 0xFF:
        pass
    return code


def _size(marker: int, frame: bytes) -> tuple[int, int]:
    if len(frame) < 6:
        raise Broken("has a short frame header")
    if marker not in _DECODABLE or frame[0] != 8:
        raise Foreign("a lossless, hierarchical or 12-bit JPEG")
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    not_empty(width, height)
    return width, height


def _reach_end(file: BinaryIO) -> None:
    """Raises Truncated unless an end marker follows, Broken for a file of endless scans.

    Neither marker can occur inside a scan's data. Each scan costs a pass over all pixels, so a
    small file of thousands would keep a decoder busy for minutes.
    """
    tail, scans = b"", 1
    while block := file.read(_BLOCK):
        window = tail + block
        end = window.find(b"\xff\xd9")
        scans += window.count(b"\xff\xda", 0, end if end >= 0 else None)
        if scans > _MAX_SCANS:
            raise Broken("has more scans than any picture needs")
        if end >= 0:
            return
        tail = block[-1:]
    raise Truncated
