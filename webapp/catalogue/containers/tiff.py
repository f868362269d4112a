"""TIFF directories: the size of the first page, its data's extent, and EXIF orientation."""

from io import BytesIO
from itertools import zip_longest
from typing import BinaryIO, Literal, NamedTuple

from webapp.catalogue.containers.reading import (
    Broken,
    Foreign,
    Header,
    Truncated,
    exactly,
    jump,
    not_empty,
)

_SUBFILE, _WIDTH, _HEIGHT, _COMPRESSION = 254, 256, 257, 259
_STRIP_AT, _ORIENTATION, _STRIP_BYTES, _TILE_AT, _TILE_BYTES = 273, 274, 279, 324, 325
_DNG = 50706
_LAYOUT_TAGS = (_WIDTH, _HEIGHT, _STRIP_AT, _STRIP_BYTES, _TILE_AT, _TILE_BYTES)
_WANTED = frozenset((*_LAYOUT_TAGS, _SUBFILE, _COMPRESSION, _ORIENTATION, _DNG))
# None, CCITT, LZW, JPEG, deflate and PackBits: what scanners and editors write.
_COMPRESSIONS = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946))
_UNIT = {1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8}
_MAX_ENTRIES = 4096
_MAX_VALUES = 1 << 20
MAX_PAGES = 10_000


class _Layout(NamedTuple):
    order: Literal["little", "big"]
    big: bool

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, self.order)


def read(file: BinaryIO, size: int) -> Header:
    """Read the first page's header; `frames` counts pages up to MAX_PAGES."""
    layout, first = _start(file)
    tags, following = _directory(file, first, layout, _WANTED)
    if _DNG in tags or _one(tags, _SUBFILE, 0) & 1 or _is_canon(file):
        raise Foreign("a raw camera file")
    width, height = _one(tags, _WIDTH, 0), _one(tags, _HEIGHT, 0)
    not_empty(width, height)
    compression = _one(tags, _COMPRESSION, 1)
    if compression not in _COMPRESSIONS:
        raise Foreign(f"a TIFF with compression {compression}, which few programs read")
    _all_there(tags, size)
    pages = _pages(file, first, following, layout)
    return Header(width, height, pages, _upright(_one(tags, _ORIENTATION, 1)))


def orientation(exif: bytes) -> int:
    """The orientation in an EXIF block, 1 when absent or unreadable."""
    return _upright(_only(exif.removeprefix(b"Exif\0\0"), _ORIENTATION))


def mpf_frames(block: bytes) -> int:
    """The number of pictures that a JPEG's multi-picture block announces, at least 1."""
    return max(1, min(_only(block, 0xB001), MAX_PAGES))


def _only(block: bytes, tag: int) -> int:
    file = BytesIO(block)
    try:
        layout, first = _start(file)
        return _one(_directory(file, first, layout, frozenset((tag,)))[0], tag, 1)
    except (Truncated, Broken):
        return 1


def _start(file: BinaryIO) -> tuple[_Layout, int]:
    file.seek(0)
    head = exactly(file, 8)
    if head[:2] not in (b"II", b"MM"):
        raise Broken("has no byte order")
    order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
    version = int.from_bytes(head[2:4], order)
    if version not in (42, 43):
        raise Broken("is no TIFF after all")
    layout = _Layout(order, version == 43)
    return layout, layout.number(exactly(file, 8) if layout.big else head[4:8])


def _directory(
    file: BinaryIO, at: int, layout: _Layout, wanted: frozenset[int]
) -> tuple[dict[int, tuple[int, ...]], int]:
    """The wanted tags of the directory at `at`, and where the next directory is."""
    entry = 20 if layout.big else 12
    entries = exactly(file, _enter(file, at, layout) * entry)
    following = layout.number(exactly(file, 8 if layout.big else 4))
    tags = {}
    for start in range(0, len(entries), entry):
        tag = layout.number(entries[start : start + 2])
        if tag in wanted:
            tags[tag] = _values(file, entries[start + 2 : start + entry], layout)
    return tags, following


def _enter(file: BinaryIO, at: int, layout: _Layout) -> int:
    """Stand at the first entry of the directory at `at`; its number of entries."""
    jump(file, at)
    count = layout.number(exactly(file, 8 if layout.big else 2))
    if at < 8 or not 0 < count <= _MAX_ENTRIES:
        raise Broken("has a directory of impossible size")
    return count


def _values(file: BinaryIO, entry: bytes, layout: _Layout) -> tuple[int, ...]:
    """The whole numbers of one entry (type, count, value or offset)."""
    room = 8 if layout.big else 4
    unit = _UNIT.get(layout.number(entry[:2]), 0)
    count = layout.number(entry[2 : 2 + room])
    if not unit or count > _MAX_VALUES:
        raise Broken("has a tag of impossible type or length")
    data = entry[2 + room :][: unit * count]
    if unit * count > room:
        jump(file, layout.number(entry[2 + room :]))
        data = exactly(file, unit * count)
    return tuple(layout.number(data[i : i + unit]) for i in range(0, len(data), unit))


def _one(tags: dict[int, tuple[int, ...]], tag: int, default: int) -> int:
    return (tags.get(tag) or (default,))[0]


def _upright(value: int) -> int:
    return value if 1 <= value <= 8 else 1


def _is_canon(file: BinaryIO) -> bool:
    file.seek(8)
    return file.read(2) == b"CR"


def _all_there(tags: dict[int, tuple[int, ...]], size: int) -> None:
    """Raises when pixel data lies outside the file, or there is none."""
    starts = tags.get(_STRIP_AT) or tags.get(_TILE_AT) or ()
    lengths = tags.get(_STRIP_BYTES) or tags.get(_TILE_BYTES) or ()
    if not starts:
        raise Broken("has no pixel data")
    if any(at + length > size for at, length in zip_longest(starts, lengths, fillvalue=0)):
        raise Truncated


def _pages(file: BinaryIO, first: int, following: int, layout: _Layout) -> int:
    """Count the chain of directories; a broken or circular chain ends where it breaks."""
    seen = {first}
    while following and following not in seen and len(seen) < MAX_PAGES:
        try:
            count = _enter(file, following, layout)
            file.seek(count * (20 if layout.big else 12), 1)
            after = layout.number(exactly(file, 8 if layout.big else 4))
        except (Truncated, Broken):
            break
        seen.add(following)
        following = after
    return len(seen)
