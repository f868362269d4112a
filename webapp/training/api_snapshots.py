"""What can be learned from, and snapshots of it, over the API. Staff only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ml.contracts.retrain import OVERALL
from webapp.accounts.people import signed_in
from webapp.accounts.permissions import IsStaff
from webapp.training import snapshots
from webapp.training.previews import preview
from webapp.training.serializers_snapshots import (
    PreviewSerializer,
    SnapshotAskSerializer,
    SnapshotSerializer,
    SourcesSerializer,
    SpecSerializer,
    render_snapshots,
)
from webapp.training.sources import offer
from webapp.training.specs import target_of, targets


class SourcesQuery(serializers.Serializer[Any]):
    """For which target."""

    target = serializers.CharField(max_length=40, default=OVERALL)


class StaffView(APIView):
    """To everybody but staff the address does not exist; a token needs the scope `admin`."""

    permission_classes = [IsStaff]


class TrainingSources(StaffView):
    """What a model can learn, and from which votes."""

    @extend_schema(parameters=[SourcesQuery], responses=SourcesSerializer)
    def get(self, request: Request) -> Response:
        """The caller's own campaigns, and where the organiser allowed it. 400 `unknown_target`."""
        query = SourcesQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = offer(signed_in(request), target_of(query.validated_data["target"]))
        told = {
            "targets": targets(),
            "campaigns": found.campaigns,
            "imported": found.imported,
            "library": found.library,
        }
        return Response(SourcesSerializer(told).data)


class SnapshotPreview(StaffView):
    """What a snapshot would hold."""

    @extend_schema(request=SpecSerializer, responses=PreviewSerializer)
    def post(self, request: Request) -> Response:
        """From the tables alone. 400 `unknown_source` or `unknown_target`."""
        spec = SpecSerializer(data=request.data).spec()
        return Response(PreviewSerializer(preview(signed_in(request), spec)).data)


class Snapshots(StaffView):
    """Frozen sets of pictures with their votes."""

    @extend_schema(responses=SnapshotSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first, the last two hundred."""
        found = snapshots.listed(signed_in(request))[: snapshots.MOST_LISTED]
        return Response(render_snapshots(list(found)))

    @extend_schema(request=SnapshotAskSerializer, responses={201: SnapshotSerializer})
    def post(self, request: Request) -> Response:
        """Have one frozen; a worker looks at every picture. 400 with the code of the problem."""
        asked = SnapshotAskSerializer(data=request.data)
        spec = asked.spec()
        made = snapshots.create(signed_in(request), name=asked.validated_data["name"], spec=spec)
        return _shown(request, made.pk, code=status.HTTP_201_CREATED)


class SnapshotDetail(StaffView):
    """One snapshot."""

    @extend_schema(responses=SnapshotSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """With its report, once it is frozen."""
        return _shown(request, pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """For good. 409 `snapshot_used` when a run learned from it, `snapshot_judged`."""
        snapshots.delete(snapshots.snapshot_of(signed_in(request), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SnapshotManifest(StaffView):
    """Its rows: JSON lines, the first of which names the digest of the others."""

    @extend_schema(responses={(200, "application/x-ndjson"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """The same bytes for ever. 409 `not_frozen`."""
        snapshot = snapshots.snapshot_of(signed_in(request), pk)
        answer = HttpResponse(snapshots.manifest_of(snapshot), "application/x-ndjson")
        answer["Content-Disposition"] = f'attachment; filename="snapshot-{snapshot.pk}.jsonl"'
        answer["Cache-Control"] = "private, no-store"
        return answer


def _shown(request: Request, pk: UUID, *, code: int = status.HTTP_200_OK) -> Response:
    (told,) = render_snapshots([snapshots.snapshot_of(signed_in(request), pk)])
    return Response(told, status=code)
