"""What the gate found, as JSON: `ml.contracts.verdict` with a picture beside each artwork."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from ml.contracts.verdict import ReasonCode, Ruling
from webapp.training.parts import Part
from webapp.training.serializers_snapshots import PictureSerializer
from webapp.training.snapshots import ShownPicture


class EstimateSerializer(serializers.Serializer[Any]):
    """A figure with its 95 % interval over pictures."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class FiguresSerializer(serializers.Serializer[Any]):
    """One model on the test pictures."""

    srcc = EstimateSerializer()
    emd_r2 = EstimateSerializer(allow_null=True)
    mae = EstimateSerializer()
    coverage = serializers.FloatField(allow_null=True)
    milliseconds = serializers.FloatField(allow_null=True)
    megabytes = serializers.FloatField(allow_null=True)


class VerdictReasonSerializer(serializers.Serializer[Any]):
    """One question, its answer, and one sentence with the figures in it."""

    code = serializers.ChoiceField([each.value for each in ReasonCode])
    ruling = serializers.ChoiceField([each.value for each in Ruling])
    text = serializers.CharField()


class SliceSerializer(serializers.Serializer[Any]):
    """Gains on a part of the test pictures; those of EMD are better below 0."""

    key = serializers.CharField()
    title = serializers.CharField()
    pictures = serializers.IntegerField()
    srcc = EstimateSerializer(allow_null=True)
    emd_r2 = EstimateSerializer(allow_null=True)
    vetoes = serializers.BooleanField()


class VerdictSerializer(serializers.Serializer[Any]):
    """Champion against challenger. `champion` null: there was none."""

    passed = serializers.BooleanField()
    reasons = VerdictReasonSerializer(many=True)
    pictures = serializers.IntegerField()
    challenger = FiguresSerializer()
    champion = FiguresSerializer(allow_null=True)
    constant = FiguresSerializer()
    gain = EstimateSerializer()
    emd_gain = EstimateSerializer(allow_null=True)
    ceiling = EstimateSerializer(allow_null=True)
    slices = SliceSerializer(many=True)


class FlipSerializer(serializers.Serializer[Any]):
    """A picture and where each model ranks it, in percent from the bottom."""

    artwork = serializers.CharField()
    picture = PictureSerializer()
    part = serializers.ChoiceField([each.value for each in Part])
    before = serializers.FloatField()
    after = serializers.FloatField()
    before_percentile = serializers.FloatField()
    after_percentile = serializers.FloatField()
    voted = serializers.FloatField()


class JudgedPointSerializer(serializers.Serializer[Any]):
    """A test picture: what was voted, and what each model says."""

    artwork = serializers.CharField()
    picture = PictureSerializer()
    voted = serializers.FloatField()
    champion = serializers.FloatField(allow_null=True)
    challenger = serializers.FloatField()


class RunReportSerializer(serializers.Serializer[Any]):
    """The verdict and what moves. `flips`: those that move most first."""

    verdict = VerdictSerializer()
    flips = FlipSerializer(many=True)
    points = JudgedPointSerializer(many=True)
    trained_on = serializers.IntegerField()
    gone = serializers.IntegerField()
    learned_before = serializers.IntegerField()
    seconds = serializers.FloatField()


def named_in(report: Mapping[str, Any] | None) -> set[str]:
    """Files of the pictures that a report speaks of."""
    if report is None:
        return set()
    return {each["artwork"] for each in (*report["flips"], *report["points"])}


def with_pictures(
    report: Mapping[str, Any], snapshot: UUID, shown: Mapping[tuple[UUID, str], ShownPicture]
) -> dict[str, Any]:
    """The report as it is told."""
    pictured = {
        part: [
            {**each, "picture": picture_of(shown, snapshot, each["artwork"])}
            for each in report[part]
        ]
        for part in ("flips", "points")
    }
    return {**report, **pictured}


def picture_of(
    shown: Mapping[tuple[UUID, str], ShownPicture], snapshot: UUID, sha256: str
) -> dict[str, Any]:
    """One that the snapshot does not have is told without an address."""
    picture = shown.get((snapshot, sha256), ShownPicture(sha256, None, ""))
    return {"sha256": picture.sha256, "src": picture.src, "title": picture.title}
