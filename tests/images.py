"""Pictures for tests, made in code: seeded photos, in every format, mode and orientation."""

import random
import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageDraw

EXTENSIONS = {
    "JPEG": "jpg", "PNG": "png", "WebP": "webp", "TIFF": "tif", "AVIF": "avif", "HEIC": "heic",
}  # fmt: skip


def photo(width: int = 96, height: int = 64, seed: int = 0) -> Image.Image:
    """A picture with soft colours, hard edges and grain; the same for the same arguments."""
    dice = random.Random(f"{width}x{height}/{seed}")
    clouds = Image.frombytes("RGB", (12, 8), dice.randbytes(12 * 8 * 3))
    image = clouds.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y, reach = dice.random() * width, dice.random() * height, dice.random() * height / 3
        colour = (dice.randrange(256), dice.randrange(256), dice.randrange(256))
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    side = min(512, max(width, height))
    grain = Image.frombytes("RGB", (side, side), dice.randbytes(side * side * 3))
    return Image.blend(image, grain.resize((width, height)), 0.08)


def encode(image: Image.Image, format_: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file; HEIC too."""
    out = BytesIO()
    if format_ == "HEIC":
        pillow_heif.from_pillow(image).save(out, **options)
    else:
        image.save(out, format_.upper(), **options)
    return out.getvalue()


@cache
def photo_file(width: int = 96, height: int = 64, seed: int = 0, format_: str = "JPEG") -> bytes:
    """A seeded photo as a file of one of the accepted formats."""
    return encode(photo(width, height, seed), format_)


def oriented(orientation: int) -> tuple[Image.Image, bytes]:
    """The quadrants picture stored so that EXIF `orientation` makes it upright, and that EXIF."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the inverse turn, by number in Transpose
    upright = quadrants()
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return stored, exif.tobytes()


QUADRANTS = ((220, 30, 30), (30, 200, 40), (40, 60, 220), (240, 220, 60))


def quadrants(width: int = 96, height: int = 64) -> Image.Image:
    """Red, green over blue, yellow: no turn or flip leaves it as it is."""
    image = Image.new("RGB", (width, height))
    for number, colour in enumerate(QUADRANTS):
        left, top = (number % 2) * width // 2, (number // 2) * height // 2
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image


def exif_with_place() -> bytes:
    """EXIF with a camera, a time and a place."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretCamera"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = "2024:05:06 07:08:09"
    details[ExifTags.Base.OffsetTimeOriginal] = "+02:00"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 29.0)
    return exif.tobytes()


def png(
    width: int, height: int, pixels: bytes, *, depth: int = 8, colour: int = 0, more: bytes = b""
) -> bytes:
    """A PNG from its header fields and its uncompressed lines, which may be a lie."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = _chunk(b"IDAT", zlib.compress(pixels, 1))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + more + data + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@cache
def heavy_png() -> bytes:
    """A small file within usual limits, with 25 million deep pixels to decode."""
    return png(5_000, 5_000, bytes((2 * 5_000 + 1) * 5_000), depth=16)


@cache
def many_scan_jpeg(width: int, height: int, scans: int) -> bytes:
    """A small progressive file that refines all its pixels again and again."""
    flat = encode(Image.new("L", (width, height), 90), progressive=True)
    last = flat.rindex(b"\xff\xda")
    return flat[:last] + flat[last:-2] * scans + b"\xff\xd9"


def slow_jpeg() -> bytes:
    """As slow as an accepted JPEG of 49 million pixels can be made."""
    return many_scan_jpeg(7_000, 7_000, 58)


def display_p3() -> bytes:
    """An ICC profile with the primaries of Display P3 and, for simplicity, a gamma of 2.2."""
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
        b"wtpt": (0.96420, 1.0, 0.82491),
    }
    tags = {name: b"XYZ \0\0\0\0" + _fixed(*xyz) for name, xyz in primaries.items()}
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        tags[name] = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, int(2.2 * 256))
    text = b"A wide screen\0"
    tags[b"desc"] = b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78 + 2)
    tags[b"cprt"] = b"text\0\0\0\0none\0\0\0\0"
    return _profile(tags)


def _fixed(*numbers: float) -> bytes:
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def _profile(tags: dict[bytes, bytes]) -> bytes:
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytearray(128)
    struct.pack_into(
        ">I4xI4s4s4s", header, 0, start + len(body), 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    header[36:40] = b"acsp"
    header[68:80] = _fixed(0.9642, 1.0, 0.82491)
    return bytes(header) + struct.pack(">I", len(tags)) + table + body
