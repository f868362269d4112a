"""Cut a picture to several sizes. Decodes once; deterministic, no metadata."""

from collections.abc import Sequence
from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image

from webapp.catalogue.validation import ImageLimits, RefusedImage
from webapp.cropping.sizes import Cut, FileFormat
from workers.runtime.imaging import pixels

MOST_BYTES: Final = 100 << 20
"""Of all files of one picture together: what the answer of a sandbox may hold."""
# Full colour resolution: what was edited or cut is not to lose more than it must.
_JPEG_QUALITY, _WEBP_QUALITY, _WEBP_METHOD = 92, 88, 4


def cut(
    file: BinaryIO, *, cuts: Sequence[Cut], file_format: FileFormat, limits: ImageLimits
) -> list[bytes]:
    """The files in the order of the cuts; raises what pixels.decode raises.

    Raises RefusedImage ``crops_too_large`` when they hold more than MOST_BYTES, or
    ``box_outside`` for a box that the picture does not hold.
    """
    decoded = pixels.decode(file, limits=limits, box=(limits.max_side, limits.max_side))
    made: list[bytes] = []
    for each in cuts:
        made.append(_made(decoded.image, each, file_format))
        if sum(len(data) for data in made) > MOST_BYTES:
            raise RefusedImage(
                "crops_too_large",
                f"The crops of this picture hold more than {MOST_BYTES >> 20} MB together."
                " Ask for fewer sizes, or for JPEG.",
            )
    return made


def _made(image: Image.Image, each: Cut, file_format: FileFormat) -> bytes:
    box = each.box
    if not box.within(*image.size):
        raise RefusedImage("box_outside", "The crop lies outside of the picture.")
    edges = (box.x, box.y, box.x + box.width, box.y + box.height)
    size = (each.width, each.height)
    if size == (box.width, box.height):
        part = image.crop(edges)
    else:
        part = image.resize(size, Image.Resampling.LANCZOS, box=edges, reducing_gap=3.0)
    return encoded(part, file_format)


def encoded(part: Image.Image, file_format: FileFormat) -> bytes:
    """As the bytes of a file of that format, for people to keep."""
    out = BytesIO()
    if file_format is FileFormat.JPG:
        part.save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    elif file_format is FileFormat.WEBP:
        part.save(out, "WEBP", quality=_WEBP_QUALITY, method=_WEBP_METHOD)
    else:
        part.save(out, "PNG")
    return out.getvalue()
