"""WebP: the chunks of the RIFF file, with the canvas and the number of frames."""

from typing import BinaryIO

from webapp.catalogue.containers import tiff
from webapp.catalogue.containers.reading import Broken, Header, Truncated, exactly, not_empty

_MAX_CHUNKS = 100_000
_MAX_EXIF = 1 << 20


def read(file: BinaryIO, size: int) -> Header:
    """Read the canvas; every chunk must lie within the file."""
    file.seek(4)
    end = 8 + _little(exactly(file, 4))
    if end > size:
        raise Truncated
    file.seek(12)
    canvas: tuple[int, int] | None = None
    frames, pictures, orientation = 0, 0, 1
    for _ in range(_MAX_CHUNKS):
        if file.tell() + 8 > end:
            break
        kind, length = exactly(file, 4), _little(exactly(file, 4))
        following = file.tell() + length + length % 2
        if file.tell() + length > end:
            raise Truncated
        if kind in _CANVAS:
            canvas = canvas or _CANVAS[kind](exactly(file, min(length, 10)))
            pictures += kind != b"VP8X"
        elif kind == b"ANMF":
            frames += 1
        elif kind == b"EXIF" and length <= _MAX_EXIF:
            orientation = tiff.orientation(exactly(file, length))
        file.seek(following)
    if canvas is None or not frames + pictures:
        raise Broken("has no picture")
    return Header(*canvas, max(1, frames), orientation)


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _extended(head: bytes) -> tuple[int, int]:
    if len(head) < 10:
        raise Broken("has a short header")
    return _little(head[4:7]) + 1, _little(head[7:10]) + 1


def _lossy(head: bytes) -> tuple[int, int]:
    if len(head) < 10 or head[3:6] != b"\x9d\x01\x2a":
        raise Broken("has no key frame")
    width, height = _little(head[6:8]) & 0x3FFF, _little(head[8:10]) & 0x3FFF
    not_empty(width, height)
    return width, height


def _lossless(head: bytes) -> tuple[int, int]:
    if len(head) < 5 or head[0] != 0x2F:
        raise Broken("has no lossless header")
    bits = _little(head[1:5])
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


_CANVAS = {b"VP8X": _extended, b"VP8 ": _lossy, b"VP8L": _lossless}
