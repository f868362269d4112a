"""How the categories of a generator look as JSON."""

from typing import Any

from rest_framework import serializers

from webapp.generation.abilities import Ability
from webapp.generation.serializers import SampleSerializer
from webapp.generation.serializers_generators import OutcomeSerializer


class AbilitySerializer(serializers.Serializer[Ability]):
    """A category. `given`: its name on the card; `name`: what people call it, else the same.

    `pictures`: how many of them the generator learned from. `outcome`: null where nobody measured.
    """

    key = serializers.CharField(source="category.key")
    name = serializers.CharField()
    given = serializers.CharField(source="category.name")
    pictures = serializers.IntegerField(source="category.pictures")
    outcome = OutcomeSerializer(allow_null=True)
    samples = SampleSerializer(many=True)


class AbilitiesSerializer(serializers.Serializer[Any]):
    """`making`: samples are on their way. `can_make`: they may be asked for.

    `presets`: names to choose from.
    """

    id = serializers.UUIDField(source="version.pk")
    name = serializers.CharField(source="version.name")
    categories = AbilitySerializer(many=True)
    making = serializers.BooleanField()
    can_make = serializers.BooleanField()
    presets = serializers.ListField(child=serializers.CharField())


class NameSerializer(serializers.Serializer[Any]):
    """What to call it; empty: as its card does."""

    name = serializers.CharField(max_length=200, allow_blank=True)
