"""Attributes over the API: read them, add and retire them, answer their questions."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ml.contracts.attributes import KEY_PATTERN
from webapp.accounts.people import signed_in
from webapp.accounts.permissions import ReadsOrStaff
from webapp.gallery import attribute_list, selectors
from webapp.gallery.evidence import NO_TRAINING_DATA, NOT_PROVEN
from webapp.gallery.explained_json import EvidenceSerializer
from webapp.gallery.serializers import ArtworkSerializer, render_detail
from webapp.inference.models import Source
from webapp.ratings import services as ratings
from webapp.registry import attributes
from webapp.registry import selectors as registry
from webapp.registry.attributes import MOST_CHOICES, Question
from webapp.registry.models import CHOICE_LETTERS, Family


class AttributeSerializer(serializers.Serializer[Any]):
    """A question that can be asked of pictures, and how far its answers are to be trusted."""

    key = serializers.CharField(source="attribute.key")
    label = serializers.CharField(source="attribute.label")  # type: ignore[assignment]
    family = serializers.ChoiceField(choices=Family.choices, source="attribute.family")
    low = serializers.FloatField(source="attribute.low")
    high = serializers.FloatField(source="attribute.high")
    low_word = serializers.CharField(source="attribute.low_word")
    high_word = serializers.CharField(source="attribute.high_word")
    asks = serializers.CharField(source="attribute.asks")
    choices = serializers.ListField(child=serializers.CharField(), source="attribute.choices")
    active = serializers.BooleanField(source="attribute.active")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Source.choices, allow_null=True, source="standing.source"
    )
    judgement = serializers.BooleanField(source="standing.judgement")
    missing = serializers.ChoiceField(
        choices=[NO_TRAINING_DATA, NOT_PROVEN], allow_null=True, source="standing.missing"
    )
    text = serializers.CharField(source="standing.text")
    evidence = EvidenceSerializer(allow_null=True, source="standing.evidence")
    votes = serializers.IntegerField()


class NewAttributeSerializer(serializers.Serializer[Any]):
    """An attribute to add. With `choices` the answer is one of them, and the range follows."""

    key = serializers.RegexField(rf"^{KEY_PATTERN.pattern}$", max_length=40)
    label = serializers.CharField(max_length=60)  # type: ignore[assignment]
    asks = serializers.CharField(max_length=200)
    low = serializers.FloatField(default=0.0)
    high = serializers.FloatField(default=10.0)
    low_word = serializers.CharField(max_length=40, default="little")
    high_word = serializers.CharField(max_length=40, default="much")
    choices = serializers.ListField(
        child=serializers.CharField(max_length=CHOICE_LETTERS),
        max_length=MOST_CHOICES,
        default=list,
    )


class AttributeChangeSerializer(serializers.Serializer[Any]):
    """`active` of every attribute, words of those that were added here."""

    active = serializers.BooleanField(required=False)
    label = serializers.CharField(max_length=60, required=False)  # type: ignore[assignment]
    asks = serializers.CharField(max_length=200, required=False)
    low_word = serializers.CharField(max_length=40, required=False)
    high_word = serializers.CharField(max_length=40, required=False)


class Attributes(APIView):
    """What can be asked of pictures."""

    permission_classes = [ReadsOrStaff]

    @extend_schema(responses=AttributeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them, retired ones too, with the evidence of the active attribute model."""
        return Response(AttributeSerializer(attribute_list.attribute_list(), many=True).data)

    @extend_schema(request=NewAttributeSerializer, responses={201: AttributeSerializer})
    def post(self, request: Request) -> Response:
        """Add one; it has no number until people rated it and a model learned it.

        Staff only, 403 `staff_only` for others; a token needs the scope `admin`. 400
        `bad_attribute` for a range or choices that cannot be, 409 for a key that is taken.
        """
        asked = NewAttributeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = attributes.add(Question(**asked.validated_data))
        answer = AttributeSerializer(attribute_list.one(made)).data
        return Response(answer, status=status.HTTP_201_CREATED)


class AttributeDetail(APIView):
    """One attribute."""

    permission_classes = [ReadsOrStaff]

    @extend_schema(request=AttributeChangeSerializer, responses=AttributeSerializer)
    def patch(self, request: Request, key: str) -> Response:
        """Retire it or bring it back; reword one that was added here.

        Staff only, 403 `staff_only` for others; a token needs the scope `admin`.
        """
        asked = AttributeChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = attributes.change(
            registry.attribute_of(key, retired=True), **asked.validated_data
        )
        return Response(AttributeSerializer(attribute_list.one(changed)).data)


class AnswerSerializer(serializers.Serializer[Any]):
    """A vote within the attribute's range; of choices, the position of one."""

    value = serializers.FloatField()


class AttributeRating(APIView):
    """The caller's own answer to the question of an attribute."""

    @extend_schema(request=AnswerSerializer, responses=ArtworkSerializer)
    def put(self, request: Request, pk: UUID, key: str) -> Response:
        """Answer, or change one's answer; a token needs the scope `write`. 400 `out_of_range`."""
        asked = AnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        artwork = selectors.artwork_of(signed_in(request), pk)
        attribute = registry.attribute_of(key)
        value = asked.validated_data["value"]
        ratings.answer(signed_in(request), artwork, attribute, value=value)
        return Response(render_detail(selectors.detail(artwork, signed_in(request))))

    @extend_schema(responses={200: ArtworkSerializer})
    def delete(self, request: Request, pk: UUID, key: str) -> Response:
        """Take one's answer back."""
        artwork = selectors.artwork_of(signed_in(request), pk)
        ratings.unanswer(signed_in(request), artwork, registry.attribute_of(key))
        return Response(render_detail(selectors.detail(artwork, signed_in(request))))
