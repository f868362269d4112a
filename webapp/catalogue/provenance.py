"""The mark of generated pictures in their files: find it, and put it into files that we make.

It is IPTC's property Digital Source Type (Photo Metadata Standard 2023.1) with the term for media
made by a trained model, as XMP (ISO 16684-1, part 3 says where it lies in a file). Reads no pixels.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final
from xml.sax.saxutils import quoteattr

DIGITAL_SOURCE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP_KEYWORD: Final = "XML:com.adobe.xmp"  # of the PNG chunk
_REACH: Final = 256 * 1024  # metadata stand before the pixels, of WebP behind them
_PACKET: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:connoisseur="urn:connoisseur:generation"{attributes}/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_PNG, _IHDR_END = b"\x89PNG\r\n\x1a\n", 33
_JPEG, _APP0 = b"\xff\xd8\xff", b"\xff\xe0"
_JPEG_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_FLAG, _ALPHA_FLAG = 0x04, 0x10


def says_generated(file: BinaryIO) -> bool:
    """Whether its metadata name a trained model as its source. The file is left at its start.

    Looks at both ends of a seekable file. Who takes the mark out is not found out.
    """
    mark = DIGITAL_SOURCE.encode()
    size = file.seek(0, 2)
    file.seek(0)
    found = mark in file.read(_REACH)
    if not found and size > _REACH:
        file.seek(max(size - _REACH, 0))
        found = mark in file.read(_REACH)
    file.seek(0)
    return found


def packet(more: Mapping[str, str] | None = None) -> str:
    """XMP that says it. ``more``: further properties, as `xmp:` or `connoisseur:` have them."""
    told = {"Iptc4xmpExt:DigitalSourceType": DIGITAL_SOURCE, **(more or {})}
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in told.items())
    return _PACKET.format(attributes=attributes)


def marked(data: bytes) -> bytes:
    """A JPEG, PNG or WebP without XMP of its own, with the mark. Other files stay as they are."""
    xmp = packet().encode()
    if data.startswith(_PNG):
        body = b"iTXt" + XMP_KEYWORD.encode() + b"\0" * 5 + xmp
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return data[:_IHDR_END] + chunk + data[_IHDR_END:]
    if data.startswith(_JPEG):
        at = 2  # behind the JFIF header, which comes first where there is one
        if data[2:4] == _APP0:
            at += 2 + int.from_bytes(data[4:6])
        segment = b"\xff\xe1" + struct.pack(">H", len(_JPEG_XMP) + len(xmp) + 2) + _JPEG_XMP + xmp
        return data[:at] + segment + data[at:]
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data, xmp)
    return data


def _webp(data: bytes, xmp: bytes) -> bytes:
    """Metadata need the extended form, whose first chunk says that there are some."""
    chunks = list(_chunks(data))
    kind, first = chunks[0]
    if kind == b"VP8X":
        chunks[0] = (kind, bytes([first[0] | _XMP_FLAG]) + first[1:])
    else:
        chunks.insert(0, (b"VP8X", _extended(kind, first)))
    chunks.append((b"XMP ", xmp))
    body = b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2)
        for name, part in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, 8 + int.from_bytes(data[4:8], "little")
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _extended(kind: bytes, image: bytes) -> bytes:
    """Flags and the canvas, read from the one image (RFC 9649, sections 2.7 and 3.4)."""
    flags = _XMP_FLAG
    if kind == b"VP8L":
        bits = int.from_bytes(image[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags |= _ALPHA_FLAG if bits >> 28 & 1 else 0
    else:
        sides = struct.unpack_from("<HH", image, 6)
        width, height = (side & 0x3FFF for side in sides)
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes([flags, 0, 0, 0]) + canvas
