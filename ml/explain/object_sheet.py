"""Pictures side by side with the boxes found in them, their evidence beside, as one JPEG."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from ml.explain.object_maps import Map
from ml.explain.objects import Found

HEIGHT = 520
_GAP = 8
_BOX = (20, 210, 120)
_CUT = (235, 80, 60)
_INK = (255, 255, 255)
_QUALITIES = (88, 80, 72, 64, 56, 48, 40)


def sheet(pictures: Sequence[tuple[Image.Image, Found]], *, most_bytes: int) -> bytes:
    """Each RGB picture with its boxes, then with the evidence of its surest object over it.

    A red box marks what was kept where margins were cut away. The highest quality of
    ``most_bytes`` or less.
    """
    panels = [panel for one, found in pictures for panel in _panels(one, found)]
    width = sum(panel.width + _GAP for panel in panels) - _GAP
    canvas = Image.new("RGB", (width, HEIGHT), "white")
    x = 0
    for panel in panels:
        canvas.paste(panel, (x, 0))
        x += panel.width + _GAP
    return _jpeg(canvas, most_bytes)


def _panels(picture: Image.Image, found: Found) -> list[Image.Image]:
    scale = HEIGHT / picture.height
    small = picture.resize((max(1, round(picture.width * scale)), HEIGHT))
    boxed = small.copy()
    draw = ImageDraw.Draw(boxed)
    said = found.recognition
    if said.margins:
        draw.rectangle(_scaled(said.kept, scale), outline=_CUT, width=2)
    for one in said.objects:
        corners = _scaled(one.box, scale)
        draw.rectangle(corners, outline=_BOX, width=4)
        words = f"{one.name} {one.confidence:.0%}"
        at = (corners[0] + 5, corners[1] + 4)
        draw.rectangle(draw.textbbox(at, words), fill=(0, 0, 0))
        draw.text(at, words, fill=_INK)
    if not found.evidence:
        return [boxed]
    return [boxed, _heated(small, found.evidence[0], _scaled(said.kept, scale))]


def _heated(small: Image.Image, evidence: Map, kept: tuple[int, int, int, int]) -> Image.Image:
    """Dark where there is no evidence."""
    size = (max(1, kept[2] - kept[0]), max(1, kept[3] - kept[1]))
    mask = Image.new("L", small.size, 40)
    values = Image.fromarray((40 + 215 * evidence).astype(np.uint8)).resize(size)
    mask.paste(values, kept[:2])
    return Image.composite(small, Image.new("RGB", small.size, "black"), mask)


def _scaled(box: tuple[int, int, int, int], scale: float) -> tuple[int, int, int, int]:
    x, y, width, height = box
    return (
        round(x * scale),
        round(y * scale),
        round((x + width) * scale),
        round((y + height) * scale),
    )


def _jpeg(canvas: Image.Image, most_bytes: int) -> bytes:
    content = b""
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        canvas.save(buffer, format="JPEG", quality=quality, optimize=True)
        content = buffer.getvalue()
        if len(content) <= most_bytes:
            break
    return content
