"""Take place, time, camera and remarks out of an original without touching its pixels.

Works on the segments of JPEG, PNG and WebP by allow-list: what is needed to show the picture as it
was stays (ICC profile, colour and animation data, orientation), everything else goes, also what
lies behind the picture's end, where phones keep second pictures with metadata of their own.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from webapp.catalogue.containers import tiff
from webapp.catalogue.validation import ImageFormat

STRIPPABLE: Final = frozenset((ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP))

_EXIF: Final = b"Exif\0\0"
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI"
    b" acTL fcTL fdAT".split()
)
_WEBP_KEPT: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_WEBP_FRAME_KEPT: Final = frozenset((b"VP8 ", b"VP8L", b"ALPH"))
_WEBP_EXIF_FLAG, _WEBP_XMP_FLAG = 0x08, 0x04


class CannotStripError(Exception):
    """The file is none that we can take metadata out of; show a display file instead."""


def strip_gps(data: bytes, image_format: str) -> bytes:
    """The picture without metadata; only its orientation stays. Raises CannotStripError."""
    try:
        strip = _STRIPPERS[ImageFormat(image_format)]
    except (KeyError, ValueError):
        raise CannotStripError(f"{image_format} is not stripped") from None
    try:
        return b"".join(strip(data))
    except (struct.error, IndexError) as error:
        raise CannotStripError(f"the file is broken: {error}") from error


def _jpeg(data: bytes) -> Iterator[bytes]:
    if not data.startswith(b"\xff\xd8"):
        raise CannotStripError("not a JPEG")
    yield data[:2]
    yield from _jpeg_orientation(data)
    for marker, segment in _jpeg_segments(data):
        if _is_needed(marker, segment[4:]):
            yield segment
    yield b"\xff\xd9"


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment up to the end of the picture; scans with their data."""
    at = 2
    while True:
        found = _NEXT_MARKER.match(data, at)
        if found is None:
            raise CannotStripError(f"no marker at byte {at}")
        marker, start = data[found.end() - 1], found.end() - 2
        if marker == _EOI:
            return
        (length,) = struct.unpack_from(">H", data, start + 2)
        at = start + 2 + length
        if length < 2 or at > len(data):
            raise CannotStripError(f"a segment at byte {start} does not end")
        if marker == _SOS:
            following = _NEXT_MARKER.search(data, at)
            if following is None:
                raise CannotStripError("the picture does not end")
            at = following.start()
        yield marker, data[start:at]


def _is_needed(marker: int, payload: bytes) -> bool:
    if marker == _APP2:
        return payload.startswith(b"ICC_PROFILE\0")
    if marker == _APP0:
        return payload.startswith(b"JFIF\0") and len(payload) == 14  # without a thumbnail
    if marker == _APP14:
        return payload.startswith(b"Adobe")
    return marker != _COM and not 0xE0 <= marker <= 0xEF


def _jpeg_orientation(data: bytes) -> Iterator[bytes]:
    for marker, segment in _jpeg_segments(data):
        if marker == _SOS:
            return
        if marker == _APP1 and segment[4:].startswith(_EXIF):
            kept = _only_orientation(segment[4:])
            if kept:
                payload = _EXIF + kept
                yield struct.pack(">BBH", 0xFF, _APP1, len(payload) + 2) + payload
            return


def _png(data: bytes) -> Iterator[bytes]:
    if not data.startswith(_PNG_START):
        raise CannotStripError("not a PNG")
    yield _PNG_START
    at = len(_PNG_START)
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise CannotStripError(f"a chunk at byte {at} does not end")
        if kind == b"eXIf" and (kept := _only_orientation(data[at + 8 : end - 4])):
            yield struct.pack(">I", len(kept)) + kind + kept
            yield struct.pack(">I", zlib.crc32(kind + kept))
        elif kind in _PNG_KEPT:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end


def _webp(data: bytes) -> Iterator[bytes]:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise CannotStripError("not a WebP")
    (size,) = struct.unpack_from("<I", data, 4)
    if size + 8 > len(data):
        raise CannotStripError("the file does not end")
    parts = list(_riff(data[: size + 8], 12))
    exif = next((_only_orientation(body) for kind, body in parts if kind == b"EXIF"), b"")
    kept = [(kind, _webp_part(kind, body, exif=exif)) for kind, body in parts if kind in _WEBP_KEPT]
    if exif:
        kept.append((b"EXIF", exif))
    body = b"".join(_riff_part(kind, part) for kind, part in kept)
    yield b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _webp_part(kind: bytes, body: bytes, *, exif: bytes) -> bytes:
    if kind == b"VP8X":
        flags = body[0] & ~(_WEBP_EXIF_FLAG | _WEBP_XMP_FLAG)
        return bytes([flags | (_WEBP_EXIF_FLAG if exif else 0)]) + body[1:]
    if kind == b"ANMF":
        inner = [part for part in _riff(body, 16) if part[0] in _WEBP_FRAME_KEPT]
        return body[:16] + b"".join(_riff_part(*part) for part in inner)
    return body


def _riff(data: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    while at < len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > len(data):
            raise CannotStripError(f"a chunk at byte {at} does not end")
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _riff_part(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _only_orientation(exif: bytes) -> bytes:
    """A TIFF header with nothing but the orientation; empty when the picture is upright."""
    turned = tiff.orientation(exif)
    if turned == 1:
        return b""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)


_STRIPPERS: Final = {ImageFormat.JPEG: _jpeg, ImageFormat.PNG: _png, ImageFormat.WEBP: _webp}
