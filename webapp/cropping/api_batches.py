"""Batches of crops over the API, and their files as a zip."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.people import signed_in
from webapp.common import problems
from webapp.common.errors import ApplicationError, Conflict, NotFound
from webapp.cropping import batches, progress
from webapp.cropping.archives import Archive, archive_of
from webapp.cropping.models import CropBatch
from webapp.cropping.progress import BatchState, Problem, Progress
from webapp.cropping.sizes import MOST_SIZES, CutSize, FileFormat
from webapp.gallery.media import viewer_of
from webapp.gallery.selectors import album_of


class SizeSerializer(serializers.Serializer[CutSize]):
    """A shape like `1:1`, or `free`, and the width in pixels; the height follows.

    Of a free shape `width` is the longest side.
    """

    aspect = serializers.CharField(max_length=20)
    width = serializers.IntegerField()
    height = serializers.IntegerField(read_only=True)


class BatchAskSerializer(serializers.Serializer[Any]):
    """What every picture of the album is to be cut to."""

    sizes = serializers.ListField(child=SizeSerializer(), min_length=1, max_length=MOST_SIZES)
    format = serializers.ChoiceField([each.value for each in FileFormat], default=FileFormat.JPG)


class ProblemSerializer(serializers.Serializer[Problem]):
    """Why a picture has no file, or not of the size that the sentence names."""

    artwork = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    code = serializers.CharField()
    text = serializers.CharField()


class BatchSerializer(serializers.Serializer[Progress]):
    """A batch and how far it is, in pictures. `zip` is an address when there is nothing to come."""

    id = serializers.UUIDField(source="batch.pk")
    album = serializers.UUIDField(source="batch.album_id", allow_null=True)
    title = serializers.CharField(source="batch.title")
    state = serializers.ChoiceField([each.value for each in BatchState])
    sizes = SizeSerializer(source="batch.cut_sizes", many=True)
    format = serializers.ChoiceField([each.value for each in FileFormat], source="batch.format")
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    waiting_for_field = serializers.IntegerField()
    files = serializers.IntegerField()
    bytes = serializers.IntegerField()
    errors = ProblemSerializer(  # type: ignore[assignment]  # fields are no attributes in the end
        source="problems", many=True
    )
    zip = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="batch.created_at")
    expires_at = serializers.DateTimeField(source="batch.expires_at")

    def get_zip(self, shown: Progress) -> str | None:
        """Where the files are."""
        return reverse("crop-batch-zip", args=[shown.batch.pk]) if shown.ready else None


class BatchListQuery(serializers.Serializer[Any]):
    """Of which album; of all without one."""

    album = serializers.UUIDField(required=False)


class AlbumCropBatches(APIView):
    """Batches of one album."""

    @extend_schema(request=BatchAskSerializer, responses={201: BatchSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Have all its pictures cut; what is added later is not part of it.

        400 `bad_size`, `bad_aspect`, `same_size` or `too_many_files`; 409 `album_empty`,
        `too_many_batches`, or `no_model` without a cropper.
        """
        asked = BatchAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        sizes = [CutSize.parse(**size) for size in asked.validated_data["sizes"]]
        if len({size.measure for size in sizes}) < len(sizes):
            raise ApplicationError(
                "A size is named twice: 2:2 is the shape of 1:1. Ask for each once.",
                code="same_size",
            )
        batch = batches.start(
            album_of(signed_in(request), pk),
            sizes=sizes,
            file_format=FileFormat(asked.validated_data["format"]),
        )
        return _shown(batch, code=status.HTTP_201_CREATED)


class CropBatches(APIView):
    """The caller's batches."""

    @extend_schema(parameters=[BatchListQuery], responses=BatchSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        query = BatchListQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = progress.batches_of(signed_in(request), album=query.validated_data.get("album"))
        return Response([BatchSerializer(each).data for each in found])


class CropBatchDetail(APIView):
    """One batch."""

    @extend_schema(responses=BatchSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is, and what went wrong."""
        return _shown(_batch(request, pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Throw it away with its files; the pictures stay."""
        batches.delete(_batch(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CropBatchCancel(APIView):
    """Call a batch off."""

    @extend_schema(request=None, responses=BatchSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Keep the files that are made and make no more. 409 when it is not running."""
        _ = request.data  # raises ParseError
        batches.cancel(_batch(request, pk))
        return _shown(_batch(request, pk))


class CropBatchRetry(APIView):
    """Try again what failed or was called off."""

    @extend_schema(request=None, responses={202: BatchSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Files that are made stay. 409 when nothing failed."""
        _ = request.data  # raises ParseError
        batches.retry(_batch(request, pk))
        return _shown(_batch(request, pk), code=status.HTTP_202_ACCEPTED)


@login_not_required  # led to sign-in below, unless a token says who it is
@require_safe
def crops_zip(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The files of one's own batch. Raises Http404; 409 while it is running or has none."""
    try:
        viewer = viewer_of(request)
        if viewer is None or not viewer.is_authenticated:
            return redirect_to_login(request.get_full_path())
        batch = progress.batch_of(viewer, pk)
        if not progress.progress_of([batch])[0].ready:
            raise Conflict("There are no files yet. Wait until the batch is done, or cancel it.")
    except NotFound as error:
        raise Http404 from error
    except ApplicationError as error:
        return problems.response(error)
    return _download(archive_of(batch))


def _download(archive: Archive) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(archive.body, content_type="application/zip")
    answer["Content-Length"] = str(archive.size)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    disposition = content_disposition_header(as_attachment=True, filename=archive.name)
    answer["Content-Disposition"] = disposition or "attachment"
    return answer


def _batch(request: Request, pk: UUID) -> CropBatch:
    return progress.batch_of(signed_in(request), pk)


def _shown(batch: CropBatch, *, code: int = status.HTTP_200_OK) -> Response:
    (found,) = progress.progress_of([batch])
    return Response(BatchSerializer(found).data, status=code)
