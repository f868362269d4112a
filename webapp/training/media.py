"""Pictures of a snapshot, whoever owns them, and samples of generators in training: for staff."""

from hashlib import sha256 as digest_of
from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from webapp.accounts.models import Scope, User
from webapp.catalogue.models import RenditionSize
from webapp.common import problems
from webapp.common.errors import ApplicationError, NotFound
from webapp.gallery.media import ASK_FIRST, rendition_response, viewer_of
from webapp.gallery.serving import guarded, not_modified
from webapp.training.grids import grid_of
from webapp.training.models import Snapshot
from webapp.training.usable import usable

JPEG: Final = "image/jpeg"


@login_not_required  # led to sign-in below, unless a token says who it is
@require_safe
def picture(request: HttpRequest, pk: UUID, sha256: str) -> HttpResponseBase:
    """The small display file of a picture that is still there, and allowed."""
    viewer = _viewer(request)
    if isinstance(viewer, HttpResponseBase):
        return viewer
    snapshot = Snapshot.objects.visible_to(viewer).filter(pk=pk).only("spec").first()
    if snapshot is None or "\0" in sha256:  # no text of Postgres
        raise Http404
    found = usable(snapshot).filter(sha256=sha256).select_related("artwork").first()
    if found is None or found.artwork is None:
        raise Http404
    answer = rendition_response(request, found.artwork, RenditionSize.SMALL, "webp")
    answer["Cache-Control"] = ASK_FIRST  # its owner may delete it
    return answer


@login_not_required
@require_safe
def grid(request: HttpRequest, pk: UUID, updates: int) -> HttpResponseBase:
    """What a generator made of its fixed latents after so many updates."""
    viewer = _viewer(request)
    if isinstance(viewer, HttpResponseBase):
        return viewer
    try:
        found = grid_of(viewer, pk, updates)
    except NotFound as error:
        raise Http404 from error
    data = bytes(found.data)
    etag = f'"{digest_of(data).hexdigest()}"'  # a run that goes on may draw it anew
    unchanged = not_modified(request, etag, ASK_FIRST)
    if unchanged is not None:
        return unchanged
    return guarded(HttpResponse(data), content_type=JPEG, etag=etag, cache=ASK_FIRST)


def _viewer(request: HttpRequest) -> User | HttpResponseBase:
    """Who asks, or the way to sign in."""
    try:
        viewer = viewer_of(request, Scope.ADMIN)
    except ApplicationError as error:
        return problems.response(error)
    if viewer is None or not viewer.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return viewer
