"""Votes and standings of a campaign as a download."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from webapp.crowd.api_campaigns import OfKind
from webapp.ratings.exporting import ExportFormat, What, export_of


class ExportQuery(serializers.Serializer[Any]):
    """In which form, and what."""

    format = serializers.ChoiceField([each.value for each in ExportFormat], default="csv")
    what = serializers.ChoiceField([each.value for each in What], default="votes")


class CampaignExport(OfKind):
    """The organiser's own data."""

    @extend_schema(parameters=[ExportQuery], responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        """A file of votes or entries. Raters appear by pseudonym. 409 `no_scores` for `ava`."""
        query = ExportQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        values = query.validated_data
        export = export_of(
            self.own(request, pk),
            file_format=ExportFormat(values["format"]),
            what=What(values["what"]),
        )
        answer = StreamingHttpResponse(export.body, content_type=export.content_type)
        answer["Cache-Control"] = "private, no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        named = content_disposition_header(as_attachment=True, filename=export.name)
        answer["Content-Disposition"] = named or "attachment"
        return answer
