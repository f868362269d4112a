"""Small JPEGs that travel inside a page."""

import base64
import io
from pathlib import Path

from ml.data.opening import open_picture

SIDE = 360
QUALITY = 78


def thumbnail(path: Path) -> str:
    """A data URI of a picture that was decoded before, its longer side at most ``SIDE``."""
    upright = open_picture(path, SIDE).convert("RGB")
    upright.thumbnail((SIDE, SIDE), reducing_gap=3.0)
    buffer = io.BytesIO()
    upright.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/jpeg;base64,{encoded}"
