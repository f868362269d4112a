"""Read what models look at: our own display files, safe to decode here, or parts of them."""

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from uuid import UUID

from PIL import Image

from ml.contracts.crops import Box, CropError
from webapp.catalogue import blobs
from webapp.catalogue.chunks import MissingBytesError
from webapp.catalogue.models import Artwork, Blob, Rendition
from webapp.inference import services as inference
from webapp.inference.services import SCORED_SIZE
from webapp.jobs.claims import Claim, LostLeaseError

logger = logging.getLogger(__name__)

Size = tuple[int, int]
MISSING = "The display file is missing; `manage.py doctor --mend` makes it again."
TOO_LARGE = "The worker's memory does not suffice for it."

_DECODERS = ThreadPoolExecutor(max_workers=os.cpu_count(), thread_name_prefix="decode")


def load_each(claims: Sequence[Claim]) -> dict[UUID, Image.Image]:
    """The pictures of these claims as RGB, by job id; those without a sound file are left out.

    Claims of one artwork share its picture.
    """
    files = Rendition.objects.filter(
        artwork__in=[claim.subject for claim in claims], size=SCORED_SIZE, format="webp"
    ).select_related("blob")
    encoded = {file.artwork_id: data for file in files if (data := _read(file.blob))}
    decoded = dict(zip(encoded, _DECODERS.map(_decoded, encoded.values()), strict=True))
    found = ((claim, decoded.get(claim.subject)) for claim in claims)
    return {claim.id: image for claim, image in found if image is not None}


def cut_each(claims: Sequence[Claim]) -> dict[UUID, Image.Image]:
    """The crops that these claims ask for, by job id; those without a sound file are left out.

    A crop that does not lie in its picture is refused, and left out too.
    """
    loaded = load_each(claims)
    sizes = _sizes(claims)
    cut: dict[UUID, Image.Image] = {}
    for claim in claims:
        if claim.id in loaded and claim.subject in sizes:
            try:
                box = Box.parse(claim.params)
                cut[claim.id] = _cut(loaded[claim.id], box, sizes[claim.subject])
            except CropError as error:
                with suppress(LostLeaseError):
                    inference.record_refusal(claim, error.code, str(error))
    return cut


def _sizes(claims: Sequence[Claim]) -> dict[UUID, Size]:
    """Width and height of the upright originals."""
    asked = Artwork.objects.filter(pk__in={claim.subject for claim in claims})
    rows = asked.values_list("pk", "width", "height")
    return {pk: (width, height) for pk, width, height in rows if width and height}


def _cut(display: Image.Image, box: Box, original: Size) -> Image.Image:
    """The part of a display file; a pixel is the least. Raises CropError ``box_outside``."""
    box.require_within(*original)
    across, down = display.width / original[0], display.height / original[1]
    left, top = int(box.x * across), int(box.y * down)
    right = max(left + 1, round((box.x + box.width) * across))
    bottom = max(top + 1, round((box.y + box.height) * down))
    return display.crop((left, top, min(right, display.width), min(bottom, display.height)))


def _read(blob: Blob) -> bytes | None:
    try:
        return blobs.read(blob)
    except MissingBytesError:
        logger.exception("a display file is incomplete")
        return None


def _decoded(data: bytes) -> Image.Image | None:
    try:
        return Image.open(BytesIO(data), formats=["WEBP"]).convert("RGB")
    except (OSError, ValueError):
        logger.exception("a display file does not decode")
        return None
