"""Decode the first frame of a picture: upright, sRGB, opaque, no larger than needed."""

import struct
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Final

import pillow_heif
from PIL import ExifTags, Image, ImageFile

from webapp.catalogue.validation import ImageFormat, ImageLimits, check_dimensions, inspect
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
    image = _opened(file, facts.format, limits)
    width, height = image.size
    flags = []
    if facts.format is ImageFormat.JPEG:
        image.draft(None, fit(image.size, box if facts.orientation < 5 else (box[1], box[0])))
        image.load()
    else:
        image.load()
        width, height = image.size
    # TIFF files turn themselves while loading, so EXIF is asked afterwards.
    orientation, captured_at, sound = _exif(image)
    frames = max(facts.frames, _frames(image, facts.format))
    profile = image.info.get("icc_profile")
    if orientation >= 5:
        width, height = height, width
    scaled, transparent = _scaled(colour.eight_bits(image), orientation, box)
    final, profile_used = colour.to_srgb(scaled, profile)
    flags += ["exif_ignored"] * (not sound) + ["icc_ignored"] * (not profile_used)
    flags += ["flattened"] * transparent + ["first_frame"] * (frames > 1)
    final.info = {}
    return Decoded(final, width, height, frames, tuple(flags), captured_at)


def fit(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """The size scaled down, never up, to lie within the box; at least one pixel a side."""
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _opened(file: BinaryIO, format_: ImageFormat, limits: ImageLimits) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    file.seek(0)
    image = Image.open(file, formats=[_PLUGIN.get(format_, format_.value.upper())])
    check_dimensions(*image.size, limits)
    return image


def _frames(image: Image.Image, format_: ImageFormat) -> int:
    """The frames that only the decoder can count; other containers were counted by hand."""
    if format_ in (ImageFormat.AVIF, ImageFormat.HEIC):
        return int(getattr(image, "n_frames", 1))
    return 1


def _scaled(image: Image.Image, orientation: int, box: tuple[int, int]) -> tuple[Image.Image, bool]:
    """Fit into the box, turn upright and flatten; whether there was transparency."""
    target = fit(image.size, box if orientation < 5 else (box[1], box[0]))
    if target != image.size:
        image = image.resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)
    if orientation in _TURNS:
        image = image.transpose(_TURNS[orientation])
    transparent = image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema()[0] != 255
    return colour.flatten(image), transparent


def _exif(image: Image.Image) -> tuple[int, datetime | None, bool]:
    """Orientation, time of capture, and whether EXIF was readable (or absent)."""
    try:
        exif = image.getexif()
        orientation = exif.get(ExifTags.Base.Orientation, 1)
        details = exif.get_ifd(ExifTags.IFD.Exif)
        taken = details.get(ExifTags.Base.DateTimeOriginal)
        offset = details.get(ExifTags.Base.OffsetTimeOriginal)
    except _DAMAGED:
        return 1, None, False
    valid = isinstance(orientation, int) and 1 <= orientation <= 8
    return (orientation if valid else 1), _moment(taken, offset), True


def _moment(taken: object, offset: object) -> datetime | None:
    """EXIF's "2024:05:06 07:08:09" and "+02:00" as an aware time, None when it is no time."""
    if not isinstance(taken, str):
        return None
    try:
        moment = datetime.strptime(taken.strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    if not isinstance(offset, str):
        return moment
    try:
        zone = datetime.strptime(offset.strip("\0 "), "%z").tzinfo
    except ValueError:
        return moment
    return moment.replace(tzinfo=zone)
