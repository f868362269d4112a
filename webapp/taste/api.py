"""One's own taste over the API: pick a picture, see what was learned, have it forgotten."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ml.contracts.taste import NEEDED, OF_A_KIND
from webapp.accounts.people import signed_in
from webapp.catalogue.models import Artwork
from webapp.common.errors import NotFound
from webapp.taste import selectors, services
from webapp.taste.selectors import TasteState


class IntervalSerializer(serializers.Serializer[Any]):
    """A figure with its 95 % interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class BadgeSerializer(serializers.Serializer[Any]):
    """How well picks that were held out are foretold: shares of (liked, not liked) pairs.

    `own` by one's own head, `crowd` by the crowd's score alone, `gain` the difference. `text` says
    it in words.
    """

    picks = serializers.IntegerField()
    liked = serializers.IntegerField()
    own = IntervalSerializer()
    crowd = IntervalSerializer()
    gain = IntervalSerializer()
    shown = serializers.BooleanField()
    text = serializers.CharField()


class TasteSerializer(serializers.Serializer[Any]):
    """How far one's own head is.

    It is learned from `needed` picks on, with `of_a_kind` of both kinds among them.
    """

    picks = serializers.IntegerField()
    liked = serializers.IntegerField()
    disliked = serializers.IntegerField()
    needed = serializers.IntegerField(default=NEEDED)
    of_a_kind = serializers.IntegerField(default=OF_A_KIND)
    state = serializers.ChoiceField(choices=[state.value for state in TasteState])
    badge = BadgeSerializer(allow_null=True)


class PickSerializer(serializers.Serializer[Any]):
    """Whether one likes it."""

    liked = serializers.BooleanField()


class OneTaste(APIView):
    """What was learned of the caller."""

    @extend_schema(responses=TasteSerializer)
    def get(self, request: Request) -> Response:
        """Picks so far, and the badge once there is one."""
        return _taste(request)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget it all: picks, head, values, and embeddings of the caller's pictures."""
        services.forget(signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ArtworkPick(APIView):
    """The caller's pick of one of their pictures."""

    @extend_schema(request=PickSerializer, responses=TasteSerializer)
    def put(self, request: Request, pk: UUID) -> Response:
        """Say that one likes it, or not."""
        asked = PickSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.pick(signed_in(request), _artwork(request, pk), **asked.validated_data)
        return _taste(request)

    @extend_schema(responses={200: TasteSerializer})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take the pick back."""
        services.unpick(signed_in(request), _artwork(request, pk))
        return _taste(request)


def _taste(request: Request) -> Response:
    return Response(TasteSerializer(selectors.taste_of(signed_in(request))).data)


def _artwork(request: Request, pk: UUID) -> Artwork:
    found = Artwork.objects.visible_to(signed_in(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
