"""Sheets of samples as JPEG files that pages can show."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from ml.data.transforms import Squares
from ml.evaluation.generation import Memories

PER_CATEGORY = 12
PAIRS = 10
ZOOM = 2
LARGEST_BYTES = 400_000
_GAP = 4
_QUALITIES = (90, 80, 70, 55, 40)


def dial_sheet(sheet: Squares) -> bytes:
    """A row for each category: its first latent at every setting of the dial.

    ``sheet``: (categories, latents, settings, S, S, 3).
    """
    return jpeg([list(category[0]) for category in sheet])


def category_sheet(sheet: Squares) -> bytes:
    """A row for each category: samples of other latents in the middle of the dial."""
    middle = sheet.shape[2] // 2
    return jpeg([list(category[:PER_CATEGORY, middle]) for category in sheet])


def nearest_sheet(samples: Squares, learned: Squares, found: Memories) -> bytes:
    """The samples nearest to a learned picture, and below each the picture, nearest first."""
    closest = np.argsort(found.nearest)[:PAIRS]
    return jpeg(
        [
            [samples[at] for at in closest.tolist()],
            [learned[found.row[at]] for at in closest.tolist()],
        ]
    )


def jpeg(rows: Sequence[Sequence[Squares]]) -> bytes:
    """Rows of squares (S, S, 3) on white, enlarged; at most ``LARGEST_BYTES``.

    At the best quality that fits; where none does, the page is halved.
    """
    side = rows[0][0].shape[0] * ZOOM
    width = max(len(row) for row in rows)
    page = Image.new(
        "RGB", (width * (side + _GAP) - _GAP, len(rows) * (side + _GAP) - _GAP), "white"
    )
    for line, row in enumerate(rows):
        for place, square in enumerate(row):
            picture = Image.fromarray(square).resize((side, side), Image.Resampling.BICUBIC)
            page.paste(picture, (place * (side + _GAP), line * (side + _GAP)))
    return _packed(page)


def _packed(page: Image.Image) -> bytes:
    for quality in _QUALITIES:
        packed = BytesIO()
        page.save(packed, "JPEG", quality=quality)
        if packed.tell() <= LARGEST_BYTES:
            return packed.getvalue()
    return _packed(page.reduce(2))
