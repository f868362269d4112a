"""Read the display files that models look at; they are our own, so decoding them is safe here."""

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from uuid import UUID

from PIL import Image

from webapp.catalogue import blobs
from webapp.catalogue.chunks import MissingBytesError
from webapp.catalogue.models import Blob, Rendition
from webapp.inference.services import SCORED_SIZE
from webapp.jobs.claims import Claim

logger = logging.getLogger(__name__)

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
