"""Albums and share links over the API."""

from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.people import signed_in
from webapp.catalogue import curation
from webapp.catalogue.models import ShareLink
from webapp.common.errors import ApplicationError
from webapp.gallery import selectors
from webapp.gallery.serializers import AlbumSerializer


class Albums(APIView):
    """The caller's albums."""

    @extend_schema(responses=AlbumSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them, newest first."""
        albums = list(selectors.albums_of(signed_in(request)))
        context = {"covers": selectors.covers(albums)}
        return Response(AlbumSerializer(albums, many=True, context=context).data)

    @extend_schema(request=AlbumSerializer, responses={201: AlbumSerializer})
    def post(self, request: Request) -> Response:
        """Make an empty one."""
        asked = AlbumSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        album = curation.create_album(signed_in(request), title=asked.validated_data["title"])
        shown = AlbumSerializer(selectors.album_of(signed_in(request), album.pk)).data
        return Response(shown, status=status.HTTP_201_CREATED)


class AlbumDetail(APIView):
    """One album."""

    @extend_schema(responses=AlbumSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Title, size and cover."""
        album = selectors.album_of(signed_in(request), pk)
        context = {"covers": selectors.covers([album])}
        return Response(AlbumSerializer(album, context=context).data)

    @extend_schema(request=AlbumSerializer, responses=AlbumSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Rename it."""
        asked = AlbumSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        album = selectors.album_of(signed_in(request), pk)
        curation.rename_album(album, title=asked.validated_data["title"])
        return self.get(request, pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove the album; its artworks stay."""
        curation.delete_album(selectors.album_of(signed_in(request), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ShareSerializer(serializers.ModelSerializer[ShareLink]):
    """A share link; `url` comes once, with its creation."""

    url = serializers.CharField(read_only=True, required=False)

    class Meta:
        model = ShareLink
        fields = ("id", "token_hint", "created_at", "expires_at", "allow_originals", "url")
        read_only_fields = ("id", "token_hint", "created_at")


class Shares(APIView):
    """The links of one album."""

    @extend_schema(responses=ShareSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Those that still work, newest first."""
        links = selectors.album_of(signed_in(request), pk).shares
        opened = ShareLink.objects.open().filter(pk__in=links.all()).order_by("-created_at")
        return Response(ShareSerializer(opened, many=True).data)

    @extend_schema(request=ShareSerializer, responses={201: ShareSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Make a link and show its address once."""
        asked = ShareSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        expires_at = asked.validated_data.get("expires_at")
        if expires_at is not None and expires_at <= timezone.now():
            raise ApplicationError("The expiry lies in the past.", code="invalid")
        link, secret = curation.share(
            selectors.album_of(signed_in(request), pk),
            expires_at=expires_at,
            allow_originals=asked.validated_data.get("allow_originals", False),
        )
        url = request.build_absolute_uri(reverse("share", args=[secret]))
        return Response({**ShareSerializer(link).data, "url": url}, status=status.HTTP_201_CREATED)


class ShareDetail(APIView):
    """One link."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Revoke it at once."""
        curation.revoke_share(signed_in(request), pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
