"""What can be learned from a snapshot, and what is asked to be, as JSON."""

from typing import Any

from rest_framework import serializers

from webapp.training.models import RunRecipe
from webapp.training.serializers_snapshots import TroubleSerializer


class OfferSerializer(serializers.Serializer[Any]):
    """A recipe for a snapshot; `words` tell the estimate and where it comes from.

    `caveat`: it can be trained, and leads to nothing (`small_test`). `patent`: whose a part of it
    is, unless `changes` choose another; empty where it is nobody's.
    """

    recipe = serializers.ChoiceField(RunRecipe.choices)
    title = serializers.CharField()
    text = serializers.CharField()
    fits = serializers.BooleanField()
    why_not = serializers.CharField(allow_null=True)
    caveat = TroubleSerializer(allow_null=True)
    patent = serializers.CharField()
    estimate_s = serializers.FloatField(allow_null=True)
    words = serializers.CharField()


class RunAskSerializer(serializers.Serializer[Any]):
    """What to train.

    `changes`: fields that differ of the recipe of a whole network, or of a generator, which has
    `conditioning`, `size`, `minutes`, `updates`, `categories` and some for those who know.
    """

    snapshot = serializers.UUIDField()
    recipe = serializers.ChoiceField(RunRecipe.choices)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=1)
    changes = serializers.DictField(required=False)
