"""Files of crops for whoever has their signed address: made once from the large display file."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from PIL import Image

from ml.contracts.crops import Box, CropError
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, Rendition, RenditionSize
from webapp.catalogue.provenance import marked
from webapp.common import problems
from webapp.common.errors import ApplicationError, NotFound
from webapp.cropping import addresses
from webapp.cropping.models import Delivered
from webapp.gallery.serving import blob_response

FOREVER = "public, max-age=31536000, immutable"
_SAVING: dict[str, dict[str, Any]] = {
    "webp": {"format": "WEBP", "quality": 82, "method": 4},
    "jpg": {"format": "JPEG", "quality": 85, "optimize": True, "progressive": True},
}


class NotMade(ApplicationError):
    """Whoever asks must wait: the large display file comes a little after the upload."""

    status = 503
    code = "not_ready"


@login_not_required  # the signature is the permission
@require_safe
def crop_file(
    request: HttpRequest, signed: str, pk: UUID, box: str, width: str, ending: str
) -> HttpResponseBase:
    """A crop in one width. 403 `bad_signature`, 404 when it is gone, 400 `bad_width`."""
    try:
        file = _file(pk, _parsed(box), signed, width, ending)
    except ApplicationError as error:
        answer: HttpResponseBase = problems.response(error)
        answer["Cache-Control"] = "no-store"
        return answer
    answer = blob_response(
        request, file.blob, content_type=addresses.FORMATS[ending], cache=FOREVER
    )
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is made for other sites
    return answer


def _parsed(box: str) -> Box:
    try:
        return Box.parse(box)
    except CropError as error:
        raise addresses.BadSignature("The address was changed.") from error


def _file(pk: UUID, box: Box, signed: str, asked: str, ending: str) -> Delivered:
    artwork = addresses.signed_artwork(pk, box, signed)
    if artwork.deleted_at is not None:
        raise NotFound
    width = addresses.listed(asked, ending)
    made = Delivered.objects.select_related("blob").filter(
        artwork=artwork, x=box.x, y=box.y, width=box.width, height=box.height,
        asked_width=width, format=ending,
    )  # fmt: skip
    return made.first() or _made(artwork, box, width, ending)


def _made(artwork: Artwork, box: Box, width: int, ending: str) -> Delivered:
    large = Rendition.objects.select_related("blob").filter(
        artwork=artwork, size=RenditionSize.LARGE, format="webp"
    )
    source = large.first()
    if source is None or not artwork.width or not artwork.height:
        raise NotMade("The picture is still being prepared. Ask again in a minute.")
    data = render(blobs.read(source.blob), box, of=(artwork.width, artwork.height),
                  width=width, ending=ending)  # fmt: skip
    if artwork.generated is not None:
        data = marked(data)
    with transaction.atomic():
        blob = blobs.store(data, content_type=addresses.FORMATS[ending])
        made, _ = Delivered.objects.get_or_create(
            artwork=artwork, x=box.x, y=box.y, width=box.width, height=box.height,
            asked_width=width, format=ending, defaults={"blob": blob},
        )  # fmt: skip
    return made


def render(display: bytes, box: Box, *, of: tuple[int, int], width: int, ending: str) -> bytes:
    """A part of our own display file. ``of``: width and height of the original in pixels.

    At most `width` wide, never enlarged; edges lie between pixels where the display file is
    smaller than the original.
    """
    with Image.open(BytesIO(display), formats=["WEBP"]) as opened:
        picture = opened.convert("RGB")
    across, down = picture.width / of[0], picture.height / of[1]
    left, top = box.x * across, box.y * down
    right = min(picture.width, left + box.width * across)
    bottom = min(picture.height, top + box.height * down)
    scale = min(1.0, width / (right - left))
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    small = picture.resize(size, Image.Resampling.LANCZOS, box=(left, top, right, bottom))
    out = BytesIO()
    small.save(out, **_SAVING[ending])
    return out.getvalue()
