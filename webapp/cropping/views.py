"""Pages of the crop studio: each names its island and the props it starts with."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from webapp.common.errors import NotFound
from webapp.gallery.selectors import album_of, artwork_of


@ensure_csrf_cookie
def studio(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Crops of one artwork."""
    try:
        artwork = artwork_of(request.user, pk)
    except NotFound as error:
        raise Http404 from error
    props = {"id": str(artwork.pk), "title": artwork.title}
    return render(request, "cropping/studio.html", {"island": "crop", "props": props})


@ensure_csrf_cookie
def album_crops(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All pictures of an album, cut to a set of sizes."""
    try:
        album = album_of(request.user, pk)
    except NotFound as error:
        raise Http404 from error
    props = {"album": {"id": str(album.pk), "title": album.title}}
    return render(request, "cropping/batches.html", {"island": "crop-batches", "props": props})
