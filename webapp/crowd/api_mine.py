"""One's own ratings over the API: see, take along, erase."""

from typing import Any

from django.http import JsonResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.people import signed_in
from webapp.crowd.serializers_rating import MeSerializer
from webapp.ratings.erasing import erase_all, everything_about
from webapp.ratings.mine import Me, mes_of, raters_of


class CampaignNameSerializer(serializers.Serializer[Any]):
    """A campaign by name."""

    id = serializers.UUIDField()
    title = serializers.CharField()


class MineSerializer(serializers.Serializer[Me]):
    """Who the caller is in a campaign."""

    campaign = CampaignNameSerializer(source="rater.campaign")
    me = MeSerializer(source="*")


class MyRatings(APIView):
    """The caller in all their campaigns."""

    @extend_schema(responses=MineSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The latest first."""
        found = mes_of(raters_of(signed_in(request).pk))
        return Response([MineSerializer(each).data for each in found])

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Erase all votes and comments everywhere, for good; standings are computed anew."""
        erase_all(signed_in(request).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyRatingsExport(APIView):
    """Everything that is kept of the caller's ratings."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request) -> JsonResponse:
        """A JSON file: each campaign with what one agreed to, every vote, and every correction."""
        answer = JsonResponse(everything_about(signed_in(request).pk), safe=False)
        named = content_disposition_header(as_attachment=True, filename="my-ratings.json")
        answer["Content-Disposition"] = named or "attachment"
        answer["Cache-Control"] = "private, no-store"
        return answer
