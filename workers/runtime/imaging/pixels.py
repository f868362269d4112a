"""Decode the first frame of a picture: upright, sRGB, opaque, no larger than needed."""

import re
import struct
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Final, NamedTuple

import pillow_heif
from PIL import ExifTags, Image, ImageFile

from webapp.catalogue.validation import (
    ImageFacts,
    ImageFormat,
    ImageLimits,
    check_dimensions,
    inspect,
)
from workers.runtime.imaging import colour

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
Image.init()
ImageFile.LOAD_TRUNCATED_IMAGES = False

_PLUGIN: Final = {ImageFormat.HEIC: "HEIF"}
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_CLOCK: Final = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_OFFSET: Final = re.compile(r"[+-]\d\d:\d\d")
# Pillow's EXIF reader raises any of these on damaged blocks.
_DAMAGED: Final = (
    struct.error, ValueError, TypeError, KeyError, IndexError, SyntaxError, OSError, EOFError,
    AttributeError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """The picture at display scale, with facts of the upright original."""

    image: Image.Image
    width: int
    height: int
    frames: int
    flags: tuple[str, ...]
    captured_at: datetime | None


def decode(file: BinaryIO, *, limits: ImageLimits, box: tuple[int, int]) -> Decoded:
    """Decode within limits, scaled down to fit the box; raises what Pillow and inspect raise."""
    facts = inspect(file, limits=limits)
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = _opened(file, facts.format, limits)
        width, height = _load(image, facts, box)
        # TIFF files turn themselves while loading, so EXIF is asked afterwards.
        exif = _exif(image)
    frames = max(facts.frames, _frames(image, facts.format))
    profile = image.info.get("icc_profile")
    if exif.orientation >= 5:
        width, height = height, width
    upright = fit((width, height), box)
    scaled, transparent = _scaled(colour.eight_bits(image), exif.orientation, upright)
    final, profile_used = colour.to_srgb(scaled, profile)
    final.info = {}
    damaged = not exif.sound or any("EXIF" in str(it.message) for it in complaints)
    flags = {
        "exif_ignored": damaged,
        "icc_ignored": not profile_used,
        "flattened": transparent,
        "first_frame": frames > 1,
    }
    raised = tuple(flag for flag, is_raised in flags.items() if is_raised)
    return Decoded(final, width, height, frames, raised, exif.captured_at)


def fit(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """The size scaled down, never up, to lie within the box; at least one pixel a side."""
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _opened(file: BinaryIO, format_: ImageFormat, limits: ImageLimits) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    file.seek(0)
    image = Image.open(file, formats=[_PLUGIN.get(format_, format_.value.upper())])
    check_dimensions(*image.size, limits)
    return image


def _load(image: Image.Image, facts: ImageFacts, box: tuple[int, int]) -> tuple[int, int]:
    """Decode, a JPEG at the smallest scale that fills the box; the full size before turning."""
    if facts.format is not ImageFormat.JPEG:
        image.load()
        return image.size
    full = image.size
    image.draft(None, fit(full, _turned(box, facts.orientation)))
    image.load()
    return full


def _turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """An upright size as it is in a file that is stored in this orientation."""
    return (size[1], size[0]) if orientation >= 5 else size


def _frames(image: Image.Image, format_: ImageFormat) -> int:
    """The frames that only the decoder can count; other containers were counted by hand."""
    if format_ in (ImageFormat.AVIF, ImageFormat.HEIC):
        return int(getattr(image, "n_frames", 1))
    return 1


def _scaled(
    image: Image.Image, orientation: int, upright: tuple[int, int]
) -> tuple[Image.Image, bool]:
    """Scale to the upright size, turn and flatten; whether there was transparency."""
    target = _turned(upright, orientation)
    if target != image.size:
        image = image.resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)
    if orientation in _TURNS:
        image = image.transpose(_TURNS[orientation])
    transparent = image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema()[0] != 255
    return colour.flatten(image), transparent


class _Exif(NamedTuple):
    orientation: int = 1
    captured_at: datetime | None = None
    sound: bool = True


def _exif(image: Image.Image) -> _Exif:
    """What EXIF says; all defaults when there is none, not sound when it cannot be read."""
    try:
        exif = image.getexif()
        orientation = exif.get(ExifTags.Base.Orientation, 1)
        details = exif.get_ifd(ExifTags.IFD.Exif)
    except _DAMAGED:
        return _Exif(sound=False)
    valid = isinstance(orientation, int) and 1 <= orientation <= 8
    taken = details.get(ExifTags.Base.DateTimeOriginal)
    offset = details.get(ExifTags.Base.OffsetTimeOriginal)
    return _Exif(orientation if valid else 1, _moment(taken, offset))


def _moment(taken: object, offset: object) -> datetime | None:
    """EXIF's "2024:05:06 07:08:09" and "+02:00" as an aware time, None when it is no time."""
    clock, zone = _CLOCK.match(str(taken)), _OFFSET.match(str(offset))
    if not clock:
        return None
    year, month, day, time = clock.groups()
    try:
        # strptime would import a module, and the child can open no file.
        taken_at = datetime.fromisoformat(f"{year}-{month}-{day}T{time}{zone[0] if zone else 'Z'}")
        taken_at.astimezone(UTC)  # raises when the zone leads out of the years that there are
    except (ValueError, OverflowError):
        return None
    return taken_at
