"""How wishes and generations look as JSON."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.catalogue.models import Medium
from webapp.catalogue.validation import MAX_TITLE
from webapp.generation.models import GenerationKind, Sample
from webapp.generation.selectors import GenerationState, ShownGeneration, ShownSample

MOST_JUDGED = 50  # generations of one answer
MOST_BINS = 100  # of a histogram that is read at all; any but ten are refused by name


class WishSerializer(serializers.Serializer[Any]):
    """What to make: `dial`, a mean of 1 to 10, or `histogram`, ten shares of the bins 1 to 10.

    `seed`: one is drawn without it. `truncation`: above 0, at most 1; less varies less. `count`: 1
    to 64 pictures. `kind`: `samples`; `sweep`, one latent over the whole dial, which takes no dial
    or histogram; `between`, steps from the latent of `seed` to that of `seed_to`. `keep_best`: how
    many of `count` are kept, by what the scorer says. `model`: refused unless it is active, so that
    a wish of the past gives the pictures of the past.
    """

    category = serializers.CharField(max_length=80)
    dial = serializers.FloatField(required=False, allow_null=True)
    histogram = serializers.ListField(
        child=serializers.FloatField(), max_length=MOST_BINS, required=False, allow_null=True
    )
    seed = serializers.IntegerField(required=False, allow_null=True)
    seed_to = serializers.IntegerField(required=False, allow_null=True)
    truncation = serializers.FloatField(required=False)
    count = serializers.IntegerField(required=False)
    kind = serializers.ChoiceField(GenerationKind.choices, required=False)
    keep_best = serializers.IntegerField(required=False, allow_null=True)
    model = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class SampleSerializer(serializers.Serializer[ShownSample]):
    """One picture.

    `latent_seed` is null between two latents. `judged_mean` and `judged_distribution` are the
    scorer's (`judge` names it), null and empty where none could look. `kept`: one of the best that
    were to be kept, up to now; without `keep_best` each is. `artwork`: when it was added to one's
    pictures.
    """

    id = serializers.UUIDField(source="sample.pk")
    index = serializers.IntegerField(source="sample.index")
    url = serializers.SerializerMethodField()
    width = serializers.IntegerField(source="sample.width")
    height = serializers.IntegerField(source="sample.height")
    latent_seed = serializers.IntegerField(source="sample.latent_seed", allow_null=True)
    asked_mean = serializers.FloatField(source="sample.asked_mean")
    judged_mean = serializers.FloatField(source="sample.judged_mean", allow_null=True)
    judged_distribution = serializers.ListField(
        child=serializers.FloatField(), source="sample.judged_distribution"
    )
    kept = serializers.BooleanField()
    artwork = serializers.UUIDField(source="sample.artwork_id", allow_null=True)

    def get_url(self, shown: ShownSample) -> str:
        """Address of the file."""
        return _address(shown.sample)


class MadeBySerializer(serializers.Serializer[Any]):
    """A generator by name. `active`: the same wish gives the same pictures now."""

    name = serializers.CharField(source="generation.model_version.name")
    active = serializers.BooleanField(source="recallable")


class GenerationTroubleSerializer(serializers.Serializer[Any]):
    """Why it failed."""

    code = serializers.CharField()
    text = serializers.CharField()


class GenerationCardSerializer(serializers.Serializer[ShownGeneration]):
    """A generation in the history. `covers`: addresses of up to four of its pictures.

    `histogram` is empty for a sweep. `film`: address of the animated picture of a sweep or of steps
    between two latents, once it is there. What was made before it failed or was called off stays.
    """

    id = serializers.UUIDField(source="generation.pk")
    kind = serializers.ChoiceField(GenerationKind.choices, source="generation.kind")
    category = serializers.CharField(source="generation.category")
    category_name = serializers.CharField()
    dial = serializers.FloatField(source="generation.dial", allow_null=True)
    histogram = serializers.ListField(child=serializers.FloatField(), source="generation.histogram")
    asked_mean = serializers.FloatField(allow_null=True)
    seed = serializers.IntegerField(source="generation.seed")
    seed_to = serializers.IntegerField(source="generation.seed_to", allow_null=True)
    truncation = serializers.FloatField(source="generation.truncation")
    count = serializers.IntegerField(source="generation.count")
    keep_best = serializers.IntegerField(source="generation.keep_best", allow_null=True)
    made = serializers.IntegerField(source="generation.made")
    model = MadeBySerializer(source="*")
    state = serializers.ChoiceField([(each.value, each.name) for each in GenerationState])
    error = GenerationTroubleSerializer(allow_null=True)
    film = serializers.SerializerMethodField()
    covers = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="generation.created_at")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_film(self, shown: ShownGeneration) -> str | None:
        """Address of the animated picture."""
        made = shown.generation.film_id is not None
        return reverse("film", args=[shown.generation.pk]) if made else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_covers(self, shown: ShownGeneration) -> list[str]:
        """Addresses of a few pictures."""
        few = [each for each in shown.samples if each.kept][:4]
        return [_address(each.sample) for each in few]


class GenerationSerializer(GenerationCardSerializer):
    """A generation with everything that was made of it, in its order."""

    judge = serializers.SerializerMethodField()
    samples = SampleSerializer(many=True)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_judge(self, shown: ShownGeneration) -> str | None:
        """Name of the scorer that judged the newest of them."""
        judges = [each.sample.judge for each in shown.samples if each.sample.judge is not None]
        return judges[-1].name if judges else None


class HistoryQuery(serializers.Serializer[Any]):
    """`after`: the id that the last part gave; `limit`: how many."""

    after = serializers.UUIDField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=50, default=20)


class HistorySerializer(serializers.Serializer[Any]):
    """Newest first. `after`: ask with it for the next part; null at the end."""

    results = GenerationCardSerializer(many=True, source="generations")
    after = serializers.UUIDField(allow_null=True)


class JudgedQuery(serializers.Serializer[Any]):
    """`of`: ids of generations, with commas between them."""

    of = serializers.CharField(max_length=MOST_JUDGED * 37)

    def validate_of(self, value: str) -> list[UUID]:
        """The ids. Raises ValidationError."""
        try:
            return [UUID(each) for each in value.split(",")]
        except ValueError as error:
            raise serializers.ValidationError("Give ids with commas between them.") from error


class PairSerializer(serializers.Serializer[Sample]):
    """One picture: what was asked of it, and what the scorer says."""

    id = serializers.UUIDField()
    generation = serializers.UUIDField(source="generation_id")
    url = serializers.SerializerMethodField()
    asked = serializers.FloatField(source="asked_mean")
    judged = serializers.FloatField(source="judged_mean")

    def get_url(self, sample: Sample) -> str:
        """Address of the file."""
        return _address(sample)


class JudgedSerializer(serializers.Serializer[Any]):
    """Pictures that were judged, by generation."""

    results = PairSerializer(many=True)


class KeepSerializer(serializers.Serializer[Any]):
    """As what the picture is to lie among one's own; without a title by its category and seed."""

    medium = serializers.ChoiceField(Medium.choices, default=Medium.PHOTO)
    title = serializers.CharField(max_length=MAX_TITLE, default="", allow_blank=True)


class KeptSerializer(serializers.Serializer[Any]):
    """The artwork that it became."""

    artwork = serializers.UUIDField()


def _address(sample: Sample) -> str:
    return reverse("sample", args=[sample.generation_id, sample.pk])
