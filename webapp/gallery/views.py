"""Pages of a signed-in person: each names its island and the props it starts with."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.csrf import ensure_csrf_cookie

from webapp.accounts.people import signed_in
from webapp.catalogue.validation import ImageFormat
from webapp.common.errors import NotFound
from webapp.common.problems import failure, page_not_found
from webapp.common.problems import response as problem_response
from webapp.gallery import selectors
from webapp.gallery.model_page import model_page
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind

Found = TypeVar("Found")


def _island(request: HttpRequest, template: str, island: str, **props: object) -> HttpResponse:
    return render(request, template, {"island": island, "props": props})


@ensure_csrf_cookie
def gallery(request: HttpRequest) -> HttpResponse:
    """The library."""
    return _island(request, "gallery/index.html", "gallery", album=None)


@ensure_csrf_cookie
def upload(request: HttpRequest) -> HttpResponse:
    """Where pictures come in."""
    limits = {"max_bytes": settings.UPLOAD_MAX_BYTES, "formats": list(ImageFormat)}
    return _island(request, "gallery/upload.html", "upload", limits=limits)


@ensure_csrf_cookie
def artwork(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One artwork with its judgement."""
    _or_404(selectors.artwork_of, request.user, pk)
    return _island(request, "gallery/artwork.html", "artwork", id=str(pk))


@ensure_csrf_cookie
def albums(request: HttpRequest) -> HttpResponse:
    """All albums."""
    return _island(request, "gallery/albums.html", "albums")


@ensure_csrf_cookie
def album(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One album as a gallery."""
    found = _or_404(selectors.album_of, request.user, pk)
    shown = {"id": str(found.pk), "title": found.title}
    return _island(request, "gallery/album.html", "gallery", album=shown)


@ensure_csrf_cookie
def jobs(request: HttpRequest) -> HttpResponse:
    """The machine room; for everybody but staff it does not exist."""
    if not signed_in(request).is_staff:
        raise Http404
    return _island(request, "gallery/jobs.html", "jobs")


@ensure_csrf_cookie
def model(request: HttpRequest, name: str | None = None) -> HttpResponse:
    """A model's card in words; without a name, of the one that judges now."""
    active = registry.active(ModelKind.SCORER)
    version = active if name is None else registry.named(ModelKind.SCORER, name)
    if name is not None and version is None:
        raise Http404
    page = model_page(version) if version else None
    return render(request, "gallery/model.html", {"page": page, "active": active})


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers when the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A problem document for programs, a page for people."""
    return page_not_found(request) or render(request, "404.html", status=404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """A problem document for programs, a page for people; asks neither database nor session."""
    error = failure()
    if request.path.startswith(("/api/", "/healthz", "/media/")):
        return problem_response(error)
    page = HttpResponse(get_template(f"{error.status}.html").render(), status=error.status)
    page["Retry-After"] = "2"
    return page


def _or_404(read: Callable[..., Found], user: object, pk: UUID) -> Found:
    try:
        return read(user, pk)
    except NotFound as error:
        raise Http404 from error
