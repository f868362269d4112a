"""How explanations, attributes and the coach's advice look as JSON."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ml.contracts.attributes_card import Verdict
from webapp.catalogue.models import Artwork
from webapp.gallery.coached import Coaching, ProposalView
from webapp.gallery.evidence import NO_TRAINING_DATA, NOT_PROVEN
from webapp.gallery.explained import Explanation, MapView
from webapp.gallery.links import Links
from webapp.inference.models import MapKind, Score, Source
from webapp.registry.models import Family

STATES = ("none", "queued", "running", "ready", "failed")
BOUNDS = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)


class BaselineSerializer(serializers.Serializer[Any]):
    """The simple rival on the same pictures."""

    name = serializers.CharField()
    srcc = serializers.FloatField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """Rank correlation with people on `tested_on` pictures, with its 95 % interval.

    The model learned from `learned_from` pictures; where that is the number of the tested ones,
    they are the same and each was asked of a copy that had not learned from it. A formula learned
    from 0. `n` are labelled by the crowd. `raters` a picture; 0 is unknown.
    """

    n = serializers.IntegerField()
    learned_from = serializers.IntegerField()
    tested_on = serializers.IntegerField()
    raters = serializers.IntegerField()
    crowd = serializers.CharField()
    srcc = serializers.FloatField()
    srcc_low = serializers.FloatField()
    srcc_high = serializers.FloatField()
    baseline = BaselineSerializer(allow_null=True)
    ceiling = serializers.FloatField(allow_null=True)


class AttributeReadingSerializer(serializers.Serializer[Any]):
    """What an artwork shows of one attribute.

    `judgement`: the number may be read as an opinion. `missing` says why there is no number where
    none can come. `choice` is the word that the value stands for. `mine` is the caller's answer.
    """

    key = serializers.CharField(source="attribute.key")
    label = serializers.CharField(source="attribute.label")  # type: ignore[assignment]
    family = serializers.ChoiceField(choices=Family.choices, source="attribute.family")
    value = serializers.FloatField(allow_null=True)
    percentile = serializers.FloatField(allow_null=True)
    source = serializers.ChoiceField(choices=Source.choices, allow_null=True)  # type: ignore[assignment]
    low = serializers.FloatField(source="attribute.low")
    high = serializers.FloatField(source="attribute.high")
    low_word = serializers.CharField(source="attribute.low_word")
    high_word = serializers.CharField(source="attribute.high_word")
    choice = serializers.CharField(allow_null=True)
    choices = serializers.ListField(child=serializers.CharField(), source="attribute.choices")
    judgement = serializers.BooleanField(source="standing.judgement")
    missing = serializers.ChoiceField(
        choices=[NO_TRAINING_DATA, NOT_PROVEN], allow_null=True, source="standing.missing"
    )
    text = serializers.CharField(source="standing.text")
    evidence = EvidenceSerializer(allow_null=True, source="standing.evidence")
    asks = serializers.CharField(source="attribute.asks")
    votes = serializers.IntegerField()
    mine = serializers.FloatField(allow_null=True)


class FigureSerializer(serializers.Serializer[Any]):
    """A figure with its 95 % interval; both ends are the value where there is none."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class FaithfulnessSerializer(serializers.Serializer[Any]):
    """How maps of a kind did beside a random map and a blob in the centre, all from 0 to 1.

    Deletion is better low, insertion and pointing are better high.
    """

    deletion = FigureSerializer(allow_null=True, source="deletion.own", default=None)
    deletion_random = FigureSerializer(allow_null=True, source="deletion.random", default=None)
    deletion_centre = FigureSerializer(allow_null=True, source="deletion.centre", default=None)
    insertion = FigureSerializer(allow_null=True, source="insertion.own", default=None)
    insertion_random = FigureSerializer(allow_null=True, source="insertion.random", default=None)
    insertion_centre = FigureSerializer(allow_null=True, source="insertion.centre", default=None)
    pointing = FigureSerializer(allow_null=True, source="pointing.own", default=None)
    pointing_random = FigureSerializer(allow_null=True, source="pointing.random", default=None)
    pointing_centre = FigureSerializer(allow_null=True, source="pointing.centre", default=None)
    milliseconds = serializers.FloatField()
    verdict = serializers.ChoiceField(choices=[each.value for each in Verdict])


class MapSerializer(serializers.Serializer[MapView]):
    """Where a judgement comes from: a small greyscale PNG to stretch over the picture."""

    key = serializers.CharField(source="map.key")
    kind = serializers.ChoiceField(choices=MapKind.choices, source="map.kind")
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.SerializerMethodField()
    peak = serializers.FloatField(source="map.peak")
    explains = serializers.SerializerMethodField()
    faithfulness = FaithfulnessSerializer(allow_null=True, source="facts")

    def get_url(self, view: MapView) -> str:
        """Address of the PNG."""
        links: Links = self.context.get("links") or Links()
        return links.map(view.map.artwork_id, view.map.pk)

    def get_explains(self, view: MapView) -> str:
        """The output that the map explains, in words; empty before its kind was tested."""
        return view.facts.explains if view.facts else ""


class ProgressSerializer(serializers.Serializer[Any]):
    """How far the explanation is; a live one that comes anew may have an older one beside it."""

    state = serializers.ChoiceField(choices=STATES)
    model = serializers.CharField(allow_null=True)
    scorer = serializers.CharField(allow_null=True)
    error_code = serializers.CharField()
    error_text = serializers.CharField()


class JudgedBySerializer(serializers.Serializer[Any]):
    """One version that judged the artwork."""

    model = serializers.CharField(source="model_version.name")
    mean = serializers.FloatField()
    interval = serializers.SerializerMethodField()
    distribution = serializers.ListField(child=serializers.FloatField())
    active = serializers.SerializerMethodField()
    explained = serializers.BooleanField()

    @extend_schema_field(BOUNDS)
    def get_interval(self, score: Score) -> list[float]:
        """80 % interval of the crowd's mean."""
        return [score.low, score.high]

    def get_active(self, score: Score) -> bool:
        """Whether it judges now."""
        return bool(score.model_version.state == "active")


class SourceArtworkSerializer(serializers.Serializer[Any]):
    """The picture that this one was made from."""

    id = serializers.UUIDField()
    title = serializers.CharField()


class DerivedArtworkSerializer(SourceArtworkSerializer):
    """A picture that was made from this one."""

    derivation = serializers.CharField()
    mean = serializers.FloatField(source="score_mean", allow_null=True)


class WhySerializer(serializers.Serializer[Any]):
    """What explains a judgement."""

    attributes = AttributeReadingSerializer(many=True)
    maps = MapSerializer(many=True)
    palette = serializers.ListField(child=serializers.CharField())
    explanation = ProgressSerializer()


def render_why(explanation: Explanation, links: Links | None) -> dict[str, Any]:
    """The members of an artwork's answer that explain its judgement."""
    shown = {
        "attributes": explanation.attributes,
        "maps": explanation.maps,
        "palette": explanation.palette,
        "explanation": explanation.progress,
    }
    return dict(WhySerializer(shown, context={"links": links}).data)


class ProposalSerializer(serializers.Serializer[ProposalView]):
    """A change that the coach proposes; `error_code` and `error_text` say why saving it failed.

    `interval` holds the crowd's mean after it. `gain` is by the scorer that was optimised,
    `second_gain` by the one that was not.
    """

    id = serializers.UUIDField(source="proposal.pk")
    key = serializers.CharField(source="proposal.key")
    words = serializers.CharField(source="proposal.words")
    edits = serializers.DictField(child=serializers.FloatField(), source="proposal.edits")
    mean = serializers.FloatField(source="proposal.mean")
    interval = serializers.SerializerMethodField()
    gain = serializers.FloatField(source="proposal.gain")
    second_gain = serializers.FloatField(source="proposal.second_gain")
    preview = serializers.SerializerMethodField()
    width = serializers.IntegerField(source="proposal.width")
    height = serializers.IntegerField(source="proposal.height")
    saved_as = serializers.UUIDField(allow_null=True)
    saving = serializers.BooleanField()
    error_code = serializers.CharField()
    error_text = serializers.CharField()

    @extend_schema_field(BOUNDS)
    def get_interval(self, view: ProposalView) -> list[float]:
        """Where the crowd's mean would lie."""
        return [view.proposal.low, view.proposal.high]

    def get_preview(self, view: ProposalView) -> str:
        """Address of the edited picture as a small JPEG."""
        return reverse("coach-preview", args=[self.context["artwork"], view.proposal.pk])


class CoachingSerializer(serializers.Serializer[Coaching]):
    """How far the coach is; `nothing`: it found no change that helps, `reason` says why."""

    state = serializers.ChoiceField(choices=[*STATES, "nothing"])
    model = serializers.CharField(allow_null=True)
    second_model = serializers.CharField(allow_null=True)
    before = serializers.FloatField(allow_null=True)
    reason = serializers.CharField()
    proposals = ProposalSerializer(many=True)
    error_code = serializers.CharField()
    error_text = serializers.CharField()


def render_coaching(artwork: Artwork, coaching: Coaching) -> dict[str, Any]:
    """The coach's answer."""
    return dict(CoachingSerializer(coaching, context={"artwork": artwork.pk}).data)
