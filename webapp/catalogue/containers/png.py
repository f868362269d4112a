"""PNG: the header chunk, then every chunk's length up to the end chunk."""

import zlib
from typing import BinaryIO

from webapp.catalogue.containers import tiff
from webapp.catalogue.containers.reading import (
    Broken,
    Header,
    Truncated,
    exactly,
    not_empty,
    number,
)

_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_MAX_CHUNKS = 100_000
_MAX_EXIF = 1 << 20


def read(file: BinaryIO, size: int) -> Header:
    """Read the header and find the end; `frames` is what an animation announces."""
    width, height = _header(file)
    frames = orientation = 1
    pixels = False
    for _ in range(_MAX_CHUNKS):
        length, kind = number(file, 4), exactly(file, 4)
        following = file.tell() + length + 4
        if following > size:
            raise Truncated
        if kind == b"IEND":
            break
        if kind == b"IDAT":
            pixels = True
        elif kind == b"acTL" and length == 8:
            frames = max(1, number(file, 4))
        elif kind == b"eXIf" and length <= _MAX_EXIF:
            orientation = tiff.orientation(exactly(file, length))
        file.seek(following)
    else:
        raise Broken("has more chunks than any picture needs")
    if not pixels:
        raise Broken("has no pixel data")
    return Header(width, height, frames, orientation)


def _header(file: BinaryIO) -> tuple[int, int]:
    file.seek(8)
    length, body = number(file, 4), exactly(file, 17)
    if length != 13 or body[:4] != b"IHDR" or zlib.crc32(body) != number(file, 4):
        raise Broken("has a damaged header")
    depth, colour, compression, filtering, interlace = body[12:]
    if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise Broken("has a header that PNG does not allow")
    width, height = int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big")
    not_empty(width, height)
    return width, height
