"""Artworks over the API: list, upload, read, change, delete, restore, retry, rate."""

from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.people import signed_in
from webapp.catalogue import curation
from webapp.catalogue.models import Artwork, Medium
from webapp.catalogue.validation import title_of
from webapp.common.errors import ApplicationError, NotFound
from webapp.gallery import filters, selectors, services
from webapp.gallery.serializers import (
    ArtworkChangeSerializer,
    ArtworkSerializer,
    LayoutSerializer,
    PageSerializer,
    render_detail,
)
from webapp.inference.services import retry_artwork
from webapp.ratings import services as ratings


class UploadSerializer(serializers.Serializer[Any]):
    """A new artwork in one request; large files go by tus.

    Without a `title` it gets the file's name, less its ending.
    """

    file = serializers.FileField(allow_empty_file=True)
    medium = serializers.ChoiceField(choices=Medium.choices, default=Medium.PHOTO)
    title = serializers.CharField(max_length=200, allow_blank=True, required=False)


class ModelSerializer(serializers.Serializer[Any]):
    """Which scorer's judgement to show; without a name the active one's."""

    model = serializers.CharField(required=False, max_length=80)


def _answer(
    request: Request, artwork: Artwork, *, duplicate: bool = False, model: str | None = None
) -> dict[str, Any]:
    detail = selectors.detail(artwork, signed_in(request), model=model)
    return render_detail(detail, duplicate=duplicate)


def _refuse_huge(request: Request) -> None:
    """Say no before the body is read; the form around the file is far below a megabyte."""
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if announced > settings.UPLOAD_MAX_BYTES + 1024**2:
        limit = settings.UPLOAD_MAX_BYTES // 10**6
        raise ApplicationError(f"Files may have {limit} MB.", code="too_large", status=413)


class Artworks(APIView):
    """The caller's library."""

    def get_parsers(self) -> list[Any]:
        """Multipart only for the upload."""
        return [MultiPartParser()]

    @extend_schema(
        operation_id="artworks_list",
        parameters=[filters.PageSerializer],
        responses=PageSerializer,
    )
    def get(self, request: Request) -> Response:
        """A window of the library as cards."""
        asked, offset, limit = filters.parse_page(request.query_params)
        reader = signed_in(request)
        library = Artwork.objects.visible_to(reader)
        page = selectors.page(library, asked, offset=offset, limit=limit, reader=reader)
        return Response(PageSerializer(page, context={"own": page.own}).data)

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={201: ArtworkSerializer, 200: ArtworkSerializer},
    )
    def post(self, request: Request) -> Response:
        """Upload a picture: 201 when new, 200 with `duplicate` when it is already there."""
        _refuse_huge(request)
        asked = UploadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        accepted = services.accept_upload(
            owner=signed_in(request),
            content=values["file"],
            filename=values["file"].name or "",
            medium=values["medium"],
            title=values.get("title", title_of(values["file"].name or "")),
        )
        created = status.HTTP_200_OK if accepted.duplicate else status.HTTP_201_CREATED
        artwork = selectors.artwork_of(signed_in(request), accepted.artwork.pk)
        return Response(_answer(request, artwork, duplicate=accepted.duplicate), status=created)


class ArtworksLayout(APIView):
    """The shape of the whole list."""

    @extend_schema(parameters=[filters.FiltersSerializer], responses=LayoutSerializer)
    def get(self, request: Request) -> Response:
        """Aspect ratios in list order."""
        library = Artwork.objects.visible_to(signed_in(request))
        aspects = selectors.layout(library, filters.parse(request.query_params))
        return Response({"count": len(aspects), "aspects": aspects})


class ArtworkDetail(APIView):
    """One artwork."""

    @extend_schema(parameters=[ModelSerializer], responses=ArtworkSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Its judgement and why, jobs and ratings; as `model` judged, when one is named.

        404 `unknown_model`; 409 `model_retired` for a retired one that never judged it.
        """
        asked = ModelSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        artwork = selectors.artwork_of(signed_in(request), pk)
        return Response(_answer(request, artwork, model=asked.validated_data.get("model")))

    @extend_schema(request=ArtworkChangeSerializer, responses=ArtworkSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change title or medium."""
        asked = ArtworkChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        selectors.artwork_of(signed_in(request), pk)
        if asked.validated_data:
            curation.change(signed_in(request), [pk], **asked.validated_data)
        return Response(_answer(request, selectors.artwork_of(signed_in(request), pk)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Put it into the trash."""
        if not curation.delete(signed_in(request), [pk]):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)


class ArtworkRestore(APIView):
    """Undo of delete."""

    @extend_schema(request=None, responses=ArtworkSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Bring it back from the trash."""
        if not curation.restore(signed_in(request), [pk]):
            raise NotFound
        return Response(_answer(request, selectors.artwork_of(signed_in(request), pk)))


class ArtworkRetry(APIView):
    """Try again what failed."""

    @extend_schema(request=None, responses=ArtworkSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Queue the failed jobs of the artwork again."""
        retry_artwork(selectors.artwork_of(signed_in(request), pk))
        return Response(_answer(request, selectors.artwork_of(signed_in(request), pk)))


class RatingSerializer(serializers.Serializer[Any]):
    """A vote."""

    value = serializers.IntegerField(min_value=1, max_value=10)


class ArtworkRating(APIView):
    """The caller's own vote."""

    @extend_schema(request=RatingSerializer, responses=ArtworkSerializer)
    def put(self, request: Request, pk: UUID) -> Response:
        """Vote, or change one's vote."""
        asked = RatingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        artwork = selectors.artwork_of(signed_in(request), pk)
        ratings.submit(signed_in(request), artwork, value=asked.validated_data["value"])
        return Response(_answer(request, artwork))

    @extend_schema(responses={200: ArtworkSerializer})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take one's vote back."""
        artwork = selectors.artwork_of(signed_in(request), pk)
        ratings.withdraw(signed_in(request), artwork)
        return Response(_answer(request, artwork))


class BulkSerializer(serializers.Serializer[Any]):
    """One action on many artworks."""

    action = serializers.ChoiceField(
        choices=["delete", "restore", "medium", "add_to_album", "remove_from_album"]
    )
    ids = serializers.ListField(child=serializers.UUIDField(), max_length=10_000)
    medium = serializers.ChoiceField(choices=Medium.choices, required=False)
    album = serializers.UUIDField(required=False)


class BulkResultSerializer(serializers.Serializer[Any]):
    """How many artworks the action touched."""

    changed = serializers.IntegerField()


class ArtworksBulk(APIView):
    """Actions on a selection."""

    @extend_schema(request=BulkSerializer, responses=BulkResultSerializer)
    def post(self, request: Request) -> Response:
        """Do it to every visible id; ids that are not visible are left alone."""
        asked = BulkSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response({"changed": _bulk(request, **asked.validated_data)})


def _bulk(
    request: Request,
    *,
    action: str,
    ids: list[UUID],
    medium: str | None = None,
    album: UUID | None = None,
) -> int:
    if action == "delete":
        return curation.delete(signed_in(request), ids)
    if action == "restore":
        return curation.restore(signed_in(request), ids)
    if action == "medium":
        if medium is None:
            raise ApplicationError("Say which medium.", code="invalid")
        return curation.change(signed_in(request), ids, medium=medium)
    if album is None:
        raise ApplicationError("Say which album.", code="invalid")
    target = selectors.album_of(signed_in(request), album)
    if action == "add_to_album":
        return curation.add_to_album(signed_in(request), target, ids)
    return curation.remove_from_album(target, ids)
