"""Look at an uploaded file and refuse what is no acceptable picture.

Runs in the web process: reads headers and structure only (see `containers`). Whether the pixels can
be decoded is found out by the sandbox of the io worker. Knows nothing of Django.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

from webapp.catalogue.containers import bmff, jpeg, png, tiff, webp
from webapp.catalogue.containers.reading import Broken, Foreign, Header, Truncated
from webapp.common.errors import ApplicationError

MAX_FILENAME: Final = 255
MAX_TITLE: Final = 200
_ENDING = re.compile(r"\.[^.]+$")
_HEAD: Final = 4096
_ZERO_WIDTH_JOINERS: Final = "\u200c\u200d"  # emoji and Persian need them
_UNNAMED: Final = "untitled"


class ImageFormat(StrEnum):
    """The accepted formats, as stored and shown."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    AVIF = "AVIF"
    TIFF = "TIFF"
    HEIC = "HEIC"

    @property
    def content_type(self) -> str:
        """The media type; always from this table, never from the uploader."""
        return f"image/{self.value.lower()}"


ALLOWED_TEXT: Final = "JPEG, PNG, WebP, AVIF, TIFF and HEIC are accepted"


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """The largest file in bytes, picture in pixels, and side in pixels that is accepted."""

    max_bytes: int
    max_pixels: int
    max_side: int


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the header says. `width` and `height` are upright where EXIF says how."""

    format: ImageFormat
    content_type: str
    bytes: int
    width: int
    height: int
    frames: int
    orientation: int


class RefusedImage(ApplicationError):
    """The user must choose another file; `code` is one of the upload codes."""

    _STATUS: Final = {"too_large": 413, "unsupported_format": 415}

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail, code=code, status=self._STATUS.get(code, 400))


def inspect(file: BinaryIO, *, limits: ImageLimits) -> ImageFacts:
    """Facts of an acceptable picture; raises RefusedImage. The file is left at its start."""
    size = file.seek(0, 2)
    check_size(size, limits)
    file.seek(0)
    format_ = sniff(file.read(_HEAD))
    try:
        header = _READERS[format_](file, size)
    except Truncated:
        raise RefusedImage(
            "truncated", "The file ends too early; it may have been cut off. Send it again."
        ) from None
    except Broken as error:
        raise RefusedImage("broken_image", f"The file {error}.") from None
    except Foreign as error:
        raise RefusedImage("unsupported_format", f"This is {error}; {ALLOWED_TEXT}.") from None
    check_dimensions(header.width, header.height, limits)
    file.seek(0)
    return _facts(format_, size, header)


def check_size(size: int, limits: ImageLimits) -> None:
    """Raises RefusedImage for an empty or too large file; enough when only a length is known."""
    if size == 0:
        raise RefusedImage("empty_file", "The file is empty.")
    if size > limits.max_bytes:
        raise RefusedImage(
            "too_large", f"The file has {_mb(size)} MB; at most {_mb(limits.max_bytes)} MB."
        )


def check_dimensions(width: int, height: int, limits: ImageLimits) -> None:
    """Raises RefusedImage when the picture is larger than the limits."""
    if width * height > limits.max_pixels:
        raise RefusedImage(
            "too_many_pixels",
            f"The picture has {width * height / 1e6:,.0f} million pixels;"
            f" at most {limits.max_pixels / 1e6:,.0f} million.",
        )
    if max(width, height) > limits.max_side:
        raise RefusedImage(
            "too_wide",
            f"The longer side has {max(width, height):,} pixels; at most {limits.max_side:,}.",
        )


def sniff(head: bytes) -> ImageFormat:
    """The true format by the first bytes, whatever the name says; raises RefusedImage."""
    if head.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageFormat.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return ImageFormat.TIFF
    brands = bmff.brands(head)
    if brands & bmff.AVIF_BRANDS:
        return ImageFormat.AVIF
    if brands & bmff.HEIC_BRANDS:
        return ImageFormat.HEIC
    raise RefusedImage("unsupported_format", f"This is {_foreign_name(head)}; {ALLOWED_TEXT}.")


def title_of(filename: str) -> str:
    """A title to begin with: the name without its ending, underscores read as spaces."""
    stem = _ENDING.sub("", filename.replace("\\", "/").rpartition("/")[2])
    return clean_filename(stem).replace("_", " ").strip()[:MAX_TITLE] if stem.strip() else ""


def clean_filename(name: str) -> str:
    """The name as display text: NFC, one line, at most 255 characters, no path, no tricks.

    Never used as a path. A name of which nothing is left becomes "untitled".
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(c for c in unicodedata.normalize("NFC", last) if _is_text(c))
    shown = " ".join(shown.split()).lstrip(".").strip()
    if len(shown) > MAX_FILENAME:
        stem, dot, suffix = shown.rpartition(".")
        ending = dot + suffix if stem and len(suffix) <= 10 else ""
        shown = shown[: MAX_FILENAME - len(ending)] + ending
    return shown or _UNNAMED


_READERS: Final = {
    ImageFormat.JPEG: jpeg.read,
    ImageFormat.PNG: png.read,
    ImageFormat.WEBP: webp.read,
    ImageFormat.TIFF: tiff.read,
    ImageFormat.AVIF: bmff.read,
    ImageFormat.HEIC: bmff.read,
}

_FOREIGN: Final = (
    ((b"GIF87a", b"GIF89a"), "a GIF"),
    ((b"%PDF",), "a PDF"),
    ((b"%!PS", b"\xc5\xd0\xd3\xc6"), "an EPS or PostScript file"),
    ((b"8BPS",), "a Photoshop file"),
    ((b"BM",), "a BMP"),
    ((b"\xff\x0a", b"\0\0\0\x0cJXL "), "a JPEG XL"),
    ((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"), "a JPEG 2000"),
    ((b"PK\x03\x04",), "a ZIP or office file"),
    ((b"FUJIFILMCCD-RAW", b"IIRO", b"IIU\0"), "a raw camera file"),
)


def _foreign_name(head: bytes) -> str:
    for starts, name in _FOREIGN:
        if head.startswith(starts):
            return name
    if head[4:8] == b"ftyp":
        return "a raw camera file" if head[8:11] == b"crx" else "a film"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower()
    if b"<svg" in text:
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html", b"<script")):
        return "a web page"
    return "no picture format we know"


def _facts(format_: ImageFormat, size: int, header: Header) -> ImageFacts:
    turned = header.orientation >= 5
    return ImageFacts(
        format=format_,
        content_type=format_.content_type,
        bytes=size,
        width=header.height if turned else header.width,
        height=header.width if turned else header.height,
        frames=header.frames,
        orientation=header.orientation,
    )


def _is_text(character: str) -> bool:
    if character in _ZERO_WIDTH_JOINERS or character == "\t":
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f}"
