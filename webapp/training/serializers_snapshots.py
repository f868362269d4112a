"""Sources, previews and snapshots as JSON."""

from collections.abc import Sequence
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from ml.contracts.retrain import OVERALL
from webapp.catalogue.models import Medium
from webapp.training.models import ImportedKind, Snapshot, SnapshotState
from webapp.training.snapshots import ShownPicture, examples_of, target_in
from webapp.training.sources import OfferedCampaign, OfferedSet
from webapp.training.specs import Spec, Target, spec_of

MOST_SOURCES: Final = 200


class TargetSerializer(serializers.Serializer[Target]):
    """What a model can learn: `overall`, or an attribute, on a scale from `low` to `high`."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    low = serializers.FloatField()
    high = serializers.FloatField()


class OfferedCampaignSerializer(serializers.Serializer[OfferedCampaign]):
    """A campaign to learn from. Not `mine`: its organiser allowed it."""

    id = serializers.UUIDField(source="campaign.pk")
    title = serializers.CharField(source="campaign.title")
    mode = serializers.CharField(source="campaign.mode")
    mine = serializers.BooleanField()
    pictures = serializers.IntegerField()
    votes = serializers.IntegerField()
    raters = serializers.IntegerField()
    alpha = serializers.FloatField(allow_null=True)


class OfferedSetSerializer(serializers.Serializer[OfferedSet]):
    """Imported labels; `pictures` of the rows have an artwork here."""

    id = serializers.UUIDField(source="imported.pk")
    name = serializers.CharField(source="imported.name")
    kind = serializers.ChoiceField(ImportedKind.choices, source="imported.kind")
    licence = serializers.CharField(source="imported.licence")
    steps = serializers.IntegerField(source="imported.steps")
    rows = serializers.IntegerField()
    pictures = serializers.IntegerField()
    votes = serializers.IntegerField()


class SourcesSerializer(serializers.Serializer[Any]):
    """All that can be chosen."""

    targets = TargetSerializer(many=True)
    campaigns = OfferedCampaignSerializer(many=True)
    imported = OfferedSetSerializer(many=True)
    library = inline_serializer(
        "LibraryVotes",
        {"pictures": serializers.IntegerField(), "votes": serializers.IntegerField()},
    )


class SpecSerializer(serializers.Serializer[Any]):
    """What a snapshot is made of. `medium` null: photos and paintings.

    `with_generated`: pictures that a model made too; they are left out without it.
    """

    target = serializers.CharField(max_length=40, default=OVERALL)
    campaigns = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_SOURCES, default=list
    )
    imported = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_SOURCES, default=list
    )
    library = serializers.BooleanField(default=False)
    medium = serializers.ChoiceField(Medium.choices, allow_null=True, default=None)
    fewest_votes = serializers.IntegerField(min_value=1, max_value=1000, default=3)
    leave_out_doubted = serializers.BooleanField(default=True)
    with_generated = serializers.BooleanField(default=False)

    def spec(self) -> Spec:
        """What was asked for, checked."""
        self.is_valid(raise_exception=True)
        return spec_of(self.validated_data)


class SnapshotAskSerializer(SpecSerializer):
    """The same with a name."""

    name = serializers.CharField(max_length=120)


class TroubleSerializer(serializers.Serializer[Any]):
    """Why not."""

    code = serializers.CharField()
    text = serializers.CharField()


class PartsSerializer(serializers.Serializer[Any]):
    """Pictures learned from, to choose settings by, and for the verdict alone."""

    train = serializers.IntegerField()
    validation = serializers.IntegerField()
    test = serializers.IntegerField()


class BroughtSerializer(serializers.Serializer[Any]):
    """What a source brings; `name` is its tag in the manifest."""

    name = serializers.CharField()
    title = serializers.CharField()
    licence = serializers.CharField()
    pictures = serializers.IntegerField()
    votes = serializers.IntegerField()
    alpha = serializers.FloatField(allow_null=True)


class LeftOutSerializer(serializers.Serializer[Any]):
    """What is not used, and why."""

    code = serializers.CharField()
    n = serializers.IntegerField()
    text = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    """What there is. `means`: pictures by which of ten places, end to end, their mean is nearest.

    `same_file`: copies whose votes go to one picture. `problem`: why nothing can be learned yet.
    `caveats`: what can be learned, and leads to nothing (`small_test`), or
    to no judge (`taught_test`).
    """

    pictures = serializers.IntegerField()
    votes = serializers.IntegerField()
    raters = serializers.IntegerField()
    media = inline_serializer(
        "MediaCounts", {each: serializers.IntegerField() for each in Medium.values}
    )
    means = serializers.ListField(child=serializers.IntegerField())
    votes_per_picture = inline_serializer(
        "VotesPerPicture",
        {
            "from": serializers.IntegerField(),
            "to": serializers.IntegerField(allow_null=True),
            "n": serializers.IntegerField(),
        },
        many=True,
    )
    sources = BroughtSerializer(many=True)
    left_out = LeftOutSerializer(many=True)
    same_file = serializers.IntegerField()
    parts = PartsSerializer()
    notes = serializers.ListField(child=serializers.CharField())
    problem = TroubleSerializer(allow_null=True)
    caveats = TroubleSerializer(many=True, required=False)  # reports of before have none


class PictureSerializer(serializers.Serializer[ShownPicture]):
    """A picture of a snapshot; without `src` it was deleted or withdrawn."""

    sha256 = serializers.CharField()
    src = serializers.CharField(allow_null=True)
    title = serializers.CharField()


class NearDuplicatesSerializer(serializers.Serializer[Any]):
    """Groups of pictures that look alike, and some of them."""

    groups = serializers.IntegerField()
    pictures = serializers.IntegerField()
    examples = serializers.ListField(child=PictureSerializer(many=True))


class ReportSerializer(PreviewSerializer):
    """The preview as it was when it was frozen, and what looking at the pictures showed.

    `leaks`: pictures that were kept with their likes, and test pictures that an earlier snapshot
    gave to be learned from.
    """

    near_duplicates = NearDuplicatesSerializer()
    leaks = inline_serializer(
        "Leaks",
        {
            "kept_together": serializers.IntegerField(),
            "learned_before": serializers.IntegerField(),
        },
    )


class SnapshotSerializer(serializers.Serializer[Snapshot]):
    """A snapshot. `gone`: deleted or withdrawn since; `runs`: how many learned from it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    by = serializers.SerializerMethodField()
    target = serializers.SerializerMethodField()
    spec = SpecSerializer()
    state = serializers.ChoiceField(SnapshotState.choices)
    error = serializers.SerializerMethodField()
    digest = serializers.CharField()
    pictures = serializers.IntegerField()
    votes = serializers.IntegerField()
    parts = serializers.SerializerMethodField()
    report = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    frozen_at = serializers.DateTimeField(allow_null=True)
    gone = serializers.IntegerField()
    runs = serializers.IntegerField(source="run_count")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_by(self, snapshot: Snapshot) -> str | None:
        """Who asked for it, unless their account is gone."""
        return None if snapshot.by is None else snapshot.by.email

    @extend_schema_field(TargetSerializer)
    def get_target(self, snapshot: Snapshot) -> dict[str, Any]:
        """What a model learns from it."""
        return dict(TargetSerializer(target_in(snapshot)).data)

    @extend_schema_field(TroubleSerializer(allow_null=True))
    def get_error(self, snapshot: Snapshot) -> dict[str, str] | None:
        """Why it failed."""
        if not snapshot.error_code:
            return None
        return {"code": snapshot.error_code, "text": snapshot.error_text}

    @extend_schema_field(PartsSerializer)
    def get_parts(self, snapshot: Snapshot) -> dict[str, Any]:
        """How many pictures are in each."""
        return dict(PartsSerializer(snapshot).data)

    @extend_schema_field(ReportSerializer(allow_null=True))
    def get_report(self, snapshot: Snapshot) -> dict[str, Any] | None:
        """What it holds, once it is frozen; `examples` as pictures."""
        if not snapshot.report:
            return None
        alike = {
            **snapshot.report["near_duplicates"],
            "examples": self.context["examples"].get(snapshot.pk, []),
        }
        return dict(ReportSerializer({**snapshot.report, "near_duplicates": alike}).data)


def render_snapshots(snapshots: Sequence[Snapshot]) -> list[dict[str, Any]]:
    """Rows of `snapshots.listed` as JSON, in one more query."""
    context = {"examples": examples_of(snapshots)}
    return [dict(SnapshotSerializer(each, context=context).data) for each in snapshots]
