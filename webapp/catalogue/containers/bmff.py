"""AVIF and HEIC: brands, boxes and the largest picture size in the ISO base media file."""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from webapp.catalogue.containers.reading import (
    Broken,
    Header,
    Truncated,
    exactly,
    not_empty,
    number,
)

AVIF_BRANDS = frozenset((b"avif", b"avis"))
HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"))
_MAX_BOXES = 10_000
_MAX_META = 8 << 20


class _Box(NamedTuple):
    kind: bytes
    start: int
    end: int


def brands(head: bytes) -> frozenset[bytes]:
    """The major and compatible brands in the first bytes of a file; empty when it has none."""
    if head[4:8] != b"ftyp":
        return frozenset()
    listed = head[8 : min(int.from_bytes(head[:4], "big"), len(head))]
    return frozenset(listed[i : i + 4] for i in range(0, len(listed), 4) if i != 4)


def read(file: BinaryIO, size: int) -> Header:
    """Read the largest size of any item.

    A grid's tiles are smaller than the grid. The size is before rotation, and frames are not
    counted: the sandbox corrects both.
    """
    meta, stored = b"", False
    for box in _boxes(file, 0, size):
        if box.kind == b"meta" and not meta:
            if box.end - box.start > _MAX_META:
                raise Broken("has more metadata than any picture needs")
            file.seek(box.start)
            meta = exactly(file, box.end - box.start)
        stored = stored or box.kind == b"mdat"
    if not meta:
        raise Broken("has no picture, only a film or nothing")
    width, height, inline = _inside(meta)
    not_empty(width, height)
    if not stored and not inline:
        raise Truncated
    return Header(width, height)


def _inside(meta: bytes) -> tuple[int, int, bool]:
    """The size by the largest `ispe` of the item properties; whether pixels are stored inline."""
    file = BytesIO(meta)
    width = height = 0
    inline = False
    for box in _boxes(file, 4, len(meta)):
        inline = inline or box.kind == b"idat"
        if box.kind == b"iprp":
            width, height = _largest(file, box)
    return width, height, inline


def _largest(file: BinaryIO, properties: _Box) -> tuple[int, int]:
    best = (0, 0)
    for container in _boxes(file, properties.start, properties.end):
        if container.kind != b"ipco":
            continue
        for box in _boxes(file, container.start, container.end):
            if box.kind == b"ispe":
                file.seek(box.start + 4)
                best = max(best, (number(file, 4), number(file, 4)), key=lambda it: it[0] * it[1])
    return best


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    """The boxes between two offsets; raises Truncated when one reaches past `end`."""
    at = start
    for _ in range(_MAX_BOXES):
        if at >= end:
            return
        file.seek(at)
        length, kind = number(file, 4), exactly(file, 4)
        head = 8
        if length == 1:
            length, head = number(file, 8), 16
        stop = at + length if length else end
        if stop < at + head:
            raise Broken("has a box of impossible length")
        if stop > end:
            raise Truncated
        yield _Box(kind, at + head, stop)
        at = stop
    raise Broken("has more boxes than any picture needs")
