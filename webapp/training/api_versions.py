"""Versions of models over the API: who judges, promote, roll back, carry elsewhere. Staff only."""

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.people import signed_in
from webapp.common.errors import ApplicationError
from webapp.inference import rescoring
from webapp.training import bundles, promoting, versions
from webapp.training.api_runs import download
from webapp.training.api_snapshots import StaffView
from webapp.training.serializers_versions import (
    ChangeSerializer,
    OverrideAskSerializer,
    ReasonAskSerializer,
    RescoringSerializer,
    VersionQuery,
    VersionSerializer,
)

MOST_CHANGES = 200


class BundleParser(MultiPartParser):
    """A form with a file, refused before any of it is stored."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "DataAndFiles[Any, Any]":
        """Raises ApplicationError (413)."""
        request: Request = (parser_context or {})["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > bundles.LARGEST_BUNDLE:
            raise ApplicationError("No model is that large.", code="too_large", status=413)
        return super().parse(stream, media_type, parser_context)


class OneVersion(StaffView):
    """Views of a version."""

    def shown(self, request: Request, pk: UUID, *, code: int = status.HTTP_200_OK) -> Response:
        """As it is now."""
        return Response(VersionSerializer(versions.shown(signed_in(request), pk)).data, status=code)


class ModelVersions(StaffView):
    """All versions."""

    @extend_schema(parameters=[VersionQuery], responses=VersionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        query = VersionQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = versions.listed(signed_in(request), **query.validated_data)
        return Response(VersionSerializer(found, many=True).data)


class VersionDetail(OneVersion):
    """One version."""

    @extend_schema(responses=VersionSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """What it is, and what the caller may do with it."""
        return self.shown(request, pk)


class Changes(StaffView):
    """Who let what judge."""

    @extend_schema(responses=ChangeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first, the last two hundred."""
        return Response(ChangeSerializer(versions.changes()[:MOST_CHANGES], many=True).data)


class Promote(OneVersion):
    """Let a version judge."""

    @extend_schema(request=ReasonAskSerializer, responses=VersionSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """409 `gate_failed`, `no_verdict`, `champion_changed`, `own_override`.

        And, which no override mends: `unloadable`, `golden`, `not_checked`, `weights_gone`.
        """
        asked = ReasonAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        promoting.promote(signed_in(request), versions.version_of(pk), reason=reason)
        return self.shown(request, pk)


class RollBack(OneVersion):
    """Let the version before this one judge again."""

    @extend_schema(request=ReasonAskSerializer, responses=VersionSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """With what judges now. 409 `champion_changed`, `nothing_before`, `weights_gone`."""
        asked = ReasonAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        before = promoting.roll_back(signed_in(request), versions.version_of(pk), reason=reason)
        return self.shown(request, before.pk)


class VersionOverride(OneVersion):
    """A written reason to promote what did not pass."""

    @extend_schema(request=OverrideAskSerializer, responses=VersionSerializer)
    def put(self, request: Request, pk: UUID) -> Response:
        """Somebody else then promotes it.

        400 `bad_reason`; 409 `already_judging`, and `unloadable`, `golden` of what workers refuse.
        """
        asked = OverrideAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        promoting.override(signed_in(request), versions.version_of(pk), reason=reason)
        return self.shown(request, pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take it back; what was promoted by it stays."""
        promoting.withdraw_override(versions.version_of(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VersionCard(StaffView):
    """What a version says of itself."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: UUID) -> Response:
        """The card that travels with the weights."""
        return Response(versions.version_of(pk).card)


class VersionExport(StaffView):
    """A version as one file."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Card, weights and checksums in a zip. 409 `weights_gone`."""
        version = versions.version_of(pk)
        data = bundles.export(version)
        return download(data, name=f"{version.name}.zip", content_type="application/zip")


class VersionImport(OneVersion):
    """Take in what another installation exported."""

    parser_classes = [BundleParser]

    @extend_schema(
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        responses={201: VersionSerializer},
    )
    def post(self, request: Request) -> Response:
        """It has no verdict here. 400 with a code for whatever is not exactly such a file.

        409 `already_there`, `name_taken`. A worker then sees whether it answers as its card says.
        """
        form: Any = request.data
        sent = form.get("file")
        if sent is None or isinstance(sent, str):
            raise ParseError("Send the zip as a form with a file named file.")
        made = bundles.take_in(signed_in(request), sent)
        return self.shown(request, made.pk, code=status.HTTP_201_CREATED)


class RescoringProgress(StaffView):
    """How far the library has followed whoever judges."""

    @extend_schema(responses=RescoringSerializer)
    def get(self, request: Request) -> Response:
        """Interactive work goes first, so the time left is an estimate."""
        return Response(RescoringSerializer(rescoring.progress()).data)
