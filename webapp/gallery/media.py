"""Display files and originals over HTTP, for their owner and for whoever holds a share link."""

from pathlib import PurePath
from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from webapp.accounts.authentication import BearerAuthentication
from webapp.accounts.models import Scope
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, Rendition, RenditionSize, Visitor
from webapp.catalogue.privacy import CannotStripError, strip_gps
from webapp.catalogue.provenance import marked
from webapp.catalogue.validation import ImageFormat, clean_filename
from webapp.common import problems
from webapp.common.errors import ApplicationError, NotFound
from webapp.gallery.coached import proposal_of
from webapp.gallery.explained import map_of
from webapp.gallery.serving import blob_response, guarded, not_modified

FOREVER: Final = "private, max-age=31536000, immutable"
ASK_FIRST: Final = "private, no-cache"

_TYPES: Final = {"webp": "image/webp", "avif": "image/avif"}
_ENDINGS: Final = {
    ImageFormat.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    ImageFormat.PNG: (".png",),
    ImageFormat.WEBP: (".webp",),
    ImageFormat.AVIF: (".avif",),
    ImageFormat.TIFF: (".tif", ".tiff"),
    ImageFormat.HEIC: (".heic", ".heif", ".hif"),
}


def rendition_response(
    request: HttpRequest, artwork: Artwork, size: str, ext: str
) -> HttpResponseBase:
    """A display file. Raises Http404 when there is none of that size and type."""
    if size not in RenditionSize.values or ext not in _TYPES:
        raise Http404
    file = Rendition.objects.select_related("blob").filter(artwork=artwork, size=size, format=ext)
    found = file.first()
    if found is None:
        raise Http404
    return blob_response(request, found.blob, content_type=_TYPES[ext], cache=FOREVER)


def map_response(request: HttpRequest, artwork: Artwork, map_id: UUID) -> HttpResponseBase:
    """A map of what a judgement rests on. Raises Http404."""
    etag = f'"{map_id}"'
    found = map_of(artwork, map_id)
    if found is None:
        raise Http404
    unchanged = not_modified(request, etag, FOREVER)
    if unchanged is not None:
        return unchanged
    picture = HttpResponse(bytes(found.png))
    return guarded(picture, content_type="image/png", etag=etag, cache=FOREVER)


def original_response(request: HttpRequest, artwork: Artwork) -> HttpResponseBase:
    """The bytes as they were uploaded, to be saved under the name they had."""
    image_format = ImageFormat(artwork.format)
    answer = blob_response(
        request, artwork.original, content_type=image_format.content_type, cache=ASK_FIRST
    )
    return _to_be_saved(answer, artwork, _ENDINGS[image_format])


def shared_original_response(request: HttpRequest, artwork: Artwork) -> HttpResponseBase:
    """The original without place, camera and remarks; of a generated one it says that it is.

    Formats that are not stripped without decoding them are given as the large display file.
    """
    etag = f'"{artwork.original_id}-stripped"'
    unchanged = not_modified(request, etag, ASK_FIRST)
    if unchanged is not None:
        return unchanged
    try:
        data = strip_gps(blobs.read(artwork.original), artwork.format)
    except CannotStripError:
        answer = rendition_response(request, artwork, RenditionSize.LARGE, "webp")
        answer["Cache-Control"] = ASK_FIRST
        return _to_be_saved(answer, artwork, _ENDINGS[ImageFormat.WEBP])
    if artwork.generated is not None:
        data = marked(data)
    image_format = ImageFormat(artwork.format)
    answer = guarded(
        HttpResponse(data), content_type=image_format.content_type, etag=etag, cache=ASK_FIRST
    )
    return _to_be_saved(answer, artwork, _ENDINGS[image_format])


@login_not_required  # led to sign-in below, unless a token says who it is
@require_safe
def rendition(request: HttpRequest, pk: UUID, size: str, ext: str) -> HttpResponseBase:
    """A display file of one's own artwork."""
    found = _own_artwork(request, pk)
    if isinstance(found, Artwork):
        return rendition_response(request, found, size, ext)
    return found


@login_not_required
@require_safe
def original(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The original of one's own artwork."""
    found = _own_artwork(request, pk)
    return original_response(request, found) if isinstance(found, Artwork) else found


@login_not_required
@require_safe
def shown_map(request: HttpRequest, pk: UUID, map_id: UUID) -> HttpResponseBase:
    """A map over one's own artwork."""
    found = _own_artwork(request, pk)
    return map_response(request, found, map_id) if isinstance(found, Artwork) else found


@login_not_required
@require_safe
def coach_preview(request: HttpRequest, pk: UUID, proposal_id: UUID) -> HttpResponseBase:
    """What the coach would make of one's own artwork."""
    found = _own_artwork(request, pk)
    if not isinstance(found, Artwork):
        return found
    try:
        proposal = proposal_of(found, proposal_id)
    except NotFound as error:
        raise Http404 from error
    return blob_response(request, proposal.preview, content_type="image/jpeg", cache=FOREVER)


def _own_artwork(request: HttpRequest, pk: UUID) -> Artwork | HttpResponse:
    """The artwork, or the way to sign in. Raises Http404 for other people's."""
    try:
        viewer = viewer_of(request)
    except ApplicationError as error:
        return problems.response(error)
    if viewer is None or not viewer.is_authenticated:
        return redirect_to_login(request.get_full_path())
    artwork = Artwork.objects.visible_to(viewer).select_related("original").filter(pk=pk).first()
    if artwork is None:
        raise Http404
    return artwork


def viewer_of(request: HttpRequest, scope: Scope = Scope.READ) -> Visitor:
    """Whoever the token says, if it has the scope, else whoever is signed in."""
    try:
        bearer = BearerAuthentication().authenticate(Request(request))
    except AuthenticationFailed as error:
        raise ApplicationError(str(error.detail), code="bad_token", status=401) from error
    if bearer is None:
        return request.user
    user, token = bearer
    if scope not in token.scopes:
        text = f"The token needs the scope {scope.value}."
        raise ApplicationError(text, code="missing_scope", status=403)
    return user


def _to_be_saved(
    answer: HttpResponseBase, artwork: Artwork, endings: tuple[str, ...]
) -> HttpResponseBase:
    """Offer the file under its own name, with an ending that tells its true format."""
    name = clean_filename(artwork.filename or artwork.title)
    if PurePath(name).suffix.lower() not in endings:
        name = f"{PurePath(name).stem}{endings[0]}"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    answer["Content-Disposition"] = disposition or "attachment"
    return answer


urls = [
    path("media/<uuid:pk>/<str:size>.<str:ext>", rendition, name="rendition"),
    path("media/<uuid:pk>/original", original, name="original"),
    path("media/<uuid:pk>/maps/<uuid:map_id>.png", shown_map, name="map"),
    path("media/<uuid:pk>/coach/<uuid:proposal_id>.jpg", coach_preview, name="coach-preview"),
]
