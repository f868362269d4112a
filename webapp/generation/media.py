"""Files of generated pictures and films, for their owner, and of categories for everybody."""

from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from webapp.catalogue.models import Blob, Visitor
from webapp.common import problems
from webapp.common.errors import ApplicationError, NotFound
from webapp.gallery.media import FOREVER, viewer_of
from webapp.gallery.serving import blob_response
from webapp.generation.recipes import filename_of, film_name
from webapp.generation.selectors import generation_of, seen_sample

PNG: Final = "image/png"
WEBP: Final = "image/webp"
Row = TypeVar("Row")


@login_not_required  # led to sign-in below, unless a token says who it is
@require_safe
def sample(request: HttpRequest, pk: UUID, sample_pk: UUID) -> HttpResponseBase:
    """One's own picture, or one that shows a category; with `?download` to be saved."""
    found = _found(request, lambda viewer: seen_sample(viewer, pk, sample_pk))
    if isinstance(found, HttpResponseBase):
        return found
    return _file(request, found.blob, PNG, filename_of(found))


@login_not_required
@require_safe
def film(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One's own film. 404 until it is made."""
    found = _found(request, lambda viewer: generation_of(viewer, pk))
    if isinstance(found, HttpResponseBase):
        return found
    if found.film is None:
        raise Http404
    return _file(request, found.film, WEBP, film_name(found))


def _found(request: HttpRequest, find: Callable[[Visitor], Row]) -> Row | HttpResponseBase:
    """What is found for the caller, or the way to sign in. Raises Http404."""
    try:
        viewer = viewer_of(request)
        if viewer is None or not viewer.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return find(viewer)
    except NotFound as error:
        raise Http404 from error
    except ApplicationError as error:
        return problems.response(error)


def _file(request: HttpRequest, blob: Blob, content_type: str, name: str) -> HttpResponseBase:
    answer = blob_response(request, blob, content_type=content_type, cache=FOREVER)
    saved = "download" in request.GET
    named = content_disposition_header(as_attachment=saved, filename=name)
    answer["Content-Disposition"] = named or ("attachment" if saved else "inline")
    return answer
