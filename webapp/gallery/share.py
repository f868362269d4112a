"""What the holder of a share link sees: one album, read-only, nothing else."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.catalogue.curation import open_share
from webapp.catalogue.models import Artwork, ArtworkQuerySet, ShareLink
from webapp.common.errors import NotFound
from webapp.gallery import filters, media, selectors
from webapp.gallery.links import ShareLinks
from webapp.gallery.serializers import CardSerializer, render_shared


def shared_artworks(link: ShareLink) -> ArtworkQuerySet:
    """The artworks that a link opens: those in its album, not deleted."""
    return Artwork.objects.visible_to(link.album.owner).filter(albums=link.album)


def _shared_artwork(link: ShareLink, pk: UUID) -> Artwork:
    found = shared_artworks(link).select_related("original").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _link_or_404(token: str) -> ShareLink:
    try:
        return open_share(token)
    except NotFound as error:
        raise Http404 from error


@login_not_required
def page(request: HttpRequest, token: str, pk: UUID | None = None) -> HttpResponse:
    """The album, or one artwork of it."""
    link = _link_or_404(token)
    if pk is not None and not shared_artworks(link).filter(pk=pk).exists():
        raise Http404
    props = {
        "token": token,
        "title": link.album.title,
        "allow_originals": link.allow_originals,
        "api": f"/s/{token}/api",
        "artwork": str(pk) if pk else None,
    }
    response = render(request, "gallery/share.html", {"island": "share", "props": props})
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_not_required
def rendition(request: HttpRequest, token: str, pk: UUID, size: str, ext: str) -> HttpResponseBase:
    """A display file."""
    return media.rendition_response(request, _artwork_or_404(token, pk), size, ext)


@login_not_required
def shown_map(request: HttpRequest, token: str, pk: UUID, map_id: UUID) -> HttpResponseBase:
    """A map of what a judgement rests on."""
    return media.map_response(request, _artwork_or_404(token, pk), map_id)


@login_not_required
def original(request: HttpRequest, token: str, pk: UUID) -> HttpResponseBase:
    """The original without its place and camera data, when the link allows it."""
    if not _link_or_404(token).allow_originals:
        raise Http404
    return media.shared_original_response(request, _artwork_or_404(token, pk))


def _artwork_or_404(token: str, pk: UUID) -> Artwork:
    try:
        return _shared_artwork(_link_or_404(token), pk)
    except NotFound as error:
        raise Http404 from error


@method_decorator(login_not_required, name="dispatch")
class _Shared(APIView):
    """Open to everybody who has the address."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    schema = None


class SharedLayout(_Shared):
    """The shape of the album."""

    def get(self, request: Request, token: str) -> Response:
        """Aspect ratios in list order."""
        asked = filters.parse(request.query_params).of_visitor()
        aspects = selectors.layout(shared_artworks(open_share(token)), asked)
        return Response({"count": len(aspects), "aspects": aspects})


class SharedArtworks(_Shared):
    """The album as cards."""

    def get(self, request: Request, token: str) -> Response:
        """A window of cards."""
        asked, offset, limit = filters.parse_page(request.query_params)
        library = shared_artworks(open_share(token))
        found = selectors.page(library, asked.of_visitor(), offset=offset, limit=limit)
        context = {"links": ShareLinks(token)}
        cards = CardSerializer(found.artworks, many=True, context=context).data
        return Response({"count": found.count, "results": cards})


class SharedArtwork(_Shared):
    """One artwork of the album."""

    def get(self, request: Request, token: str, pk: UUID) -> Response:
        """Its judgement and ratings; neither the file's name nor its owner's albums and jobs."""
        link = open_share(token)
        artwork = _shared_artwork(link, pk)
        model = request.query_params.get("model")
        detail = selectors.detail(artwork, None, among=shared_artworks(link), model=model)
        shown = render_shared(detail, links=ShareLinks(token))
        return Response({k: v for k, v in shown.items() if k not in ("filename", "captured_at")})
