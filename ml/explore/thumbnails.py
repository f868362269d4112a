"""Small JPEGs that travel inside a page."""

import base64
import io
from pathlib import Path

from PIL import Image, ImageOps

SIDE = 360
QUALITY = 78


def thumbnail(path: Path) -> str:
    """A data URI of a picture that was decoded before, its longer side at most ``SIDE``."""
    with Image.open(path) as picture:
        picture.draft("RGB", (SIDE * 2, SIDE * 2))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((SIDE, SIDE), reducing_gap=3.0)
    buffer = io.BytesIO()
    upright.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/jpeg;base64,{encoded}"
