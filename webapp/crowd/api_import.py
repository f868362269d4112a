"""Old votes into a campaign over the API."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.crowd.api_campaigns import OfKind
from webapp.crowd.parsers import CsvParser, TableFormParser, table_of
from webapp.ratings.importing import Imported, import_votes
from webapp.ratings.vote_table import RefusedRow


class RefusedRowSerializer(serializers.Serializer[RefusedRow]):
    """A row that was not taken; line 1 is the header."""

    line = serializers.IntegerField()
    code = serializers.CharField()
    text = serializers.CharField()


class ImportedSerializer(serializers.Serializer[Imported]):
    """What came of a table: of the refused rows the first hundred; how many raters are new."""

    read = serializers.IntegerField()
    added = serializers.IntegerField()
    already = serializers.IntegerField()
    refused = RefusedRowSerializer(many=True)
    raters = serializers.IntegerField()


class TableSerializer(serializers.Serializer[Any]):
    """A CSV with the columns rater, file or artwork, vote; perhaps at and comment."""

    file = serializers.FileField()


class CampaignImport(OfKind):
    """Old votes from a table."""

    parser_classes = [CsvParser, TableFormParser]

    @extend_schema(
        request={"multipart/form-data": TableSerializer, "text/csv": OpenApiTypes.STR},
        responses=ImportedSerializer,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Add them; the same table again adds nothing. 400 `bad_table`, 409 `no_single_votes`."""
        campaign = self.own(request, pk)
        return Response(ImportedSerializer(import_votes(campaign, table_of(request))).data)
