"""Open a picture file for judging: no larger than needed, and upright."""

from pathlib import Path

from PIL import Image, ImageOps

from ml.data.transforms import REDUCING_GAP, UnusablePictureError

# Squeezing averages down to this many times the side anyway; a JPEG decoded no smaller than that
# loses nothing that would be looked at.
SPARE = int(REDUCING_GAP)


def open_picture(path: Path, side: int) -> Image.Image:
    """The picture at ``path``, decoded, turned as its camera says, good for ``side`` or less.

    JPEG files may be decoded at a half, a quarter or an eighth of their size, as long as both
    sides keep three times ``side``: 2 to 4 times faster for camera pictures.
    Raises OSError for a file that is no picture or is cut off, UnusablePictureError for one that
    is too large to decode.
    """
    try:
        with Image.open(path) as picture:
            picture.draft(None, (SPARE * side, SPARE * side))
            picture.load()
            return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as error:
        raise UnusablePictureError(f"{path}: {error}") from error
