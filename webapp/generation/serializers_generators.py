"""How the active generator looks as JSON, with its categories and one's quota."""

from typing import Any

from rest_framework import serializers

from ml.contracts.generator_card import Conditioning, GeneratorCard
from webapp.generation.serializers import GenerationTroubleSerializer
from webapp.generation.wishes import Generator


class MeasureEstimateSerializer(serializers.Serializer[Any]):
    """A figure with its 95 % interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class OutcomeSerializer(serializers.Serializer[Any]):
    """What was measured of one category, by judges that learned from other pictures.

    `obeyed`: rank correlation of asked and judged means. `recognised`: share of `samples` told to
    be of it; `mistaken`: the same of samples of other categories. `kid`: distance from held-out
    pictures. `near`: share nearer to a learned picture than 95 % of held-out ones. `spread`,
    `spread_real`: mean distance of two samples, of two pictures.
    """

    obeyed = MeasureEstimateSerializer()
    recognised = MeasureEstimateSerializer()
    mistaken = MeasureEstimateSerializer()
    samples = serializers.IntegerField()
    kid = serializers.FloatField(allow_null=True)
    near = MeasureEstimateSerializer(allow_null=True)
    spread = serializers.FloatField()
    spread_real = serializers.FloatField()


class CategorySerializer(serializers.Serializer[Any]):
    """What can be asked for; `pictures`: how many of them the generator learned from.

    `outcome`: null where nobody measured.
    """

    key = serializers.CharField()
    name = serializers.CharField()
    pictures = serializers.IntegerField()
    outcome = OutcomeSerializer(allow_null=True)


class DialSerializer(serializers.Serializer[Any]):
    """Where most means lay that it learned from; outside of it the dial extrapolates.

    `sd`: the spread of the histogram that a dial stands for.
    """

    low = serializers.FloatField()
    high = serializers.FloatField()
    sd = serializers.FloatField()


class MeasureSerializer(serializers.Serializer[Any]):
    """A figure about samples, and the same of what it is compared with."""

    name = serializers.CharField()
    value = MeasureEstimateSerializer()
    samples = serializers.IntegerField()
    against = serializers.CharField()
    baseline = MeasureEstimateSerializer(allow_null=True)


class GeneratorSerializer(serializers.Serializer[Generator]):
    """The active generator, as its card has it. `size`: side of a picture in pixels.

    `pictures`: how many it learned from. `notice`: words about a patent, to be shown.
    """

    name = serializers.CharField(source="version.name")
    size = serializers.IntegerField(source="card.size")
    conditioning = serializers.ChoiceField(
        [each.value for each in Conditioning], source="card.conditioning"
    )
    categories = CategorySerializer(many=True)
    dial = DialSerializer(source="card.dial")
    pictures = serializers.IntegerField(source="card.pictures")
    sources = serializers.ListField(child=serializers.CharField(), source="card.data")
    features = serializers.CharField(source="card.features")
    measures = MeasureSerializer(many=True, source="card.measures")
    limits = serializers.ListField(child=serializers.CharField(), source="card.limits")
    licence = serializers.CharField(source="card.licence")
    notice = serializers.SerializerMethodField()

    def get_notice(self, generator: Generator) -> str:
        """What its card says of a patent, where that concerns it."""
        card: GeneratorCard = generator.card
        return card.patent


class QuotaSerializer(serializers.Serializer[Any]):
    """Pictures that may be made in 24 hours, and how many of them are left."""

    limit = serializers.IntegerField()
    left = serializers.IntegerField()


class GeneratorsSerializer(serializers.Serializer[Any]):
    """What the studio starts with. Without a generator `reason` says who must act.

    `judge`: the scorer that judges what is made; `most`: pictures of one wish.
    """

    generator = GeneratorSerializer(allow_null=True)
    reason = GenerationTroubleSerializer(allow_null=True)
    judge = serializers.CharField(allow_null=True)
    quota = QuotaSerializer()
    most = serializers.IntegerField()
