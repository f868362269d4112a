"""Training runs as JSON."""

from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from ml.contracts.retrain import Gate
from webapp.ratings.models import CampaignState
from webapp.registry.models import ModelKind, ModelVersion
from webapp.training.arenas import MOST_PAIRS, Tally, link_of, tally
from webapp.training.models import Arena, RunFile, RunLine, RunRecipe, RunState
from webapp.training.models import TrainingRun as Run
from webapp.training.serializers_learning import (
    GridSerializer,
    MistakeSerializer,
    RunPointSerializer,
)
from webapp.training.serializers_snapshots import TargetSerializer, TroubleSerializer
from webapp.training.serializers_verdicts import (
    RunReportSerializer,
    named_in,
    picture_of,
    with_pictures,
)
from webapp.training.snapshots import ShownPicture, kind_in, pictures_of, target_in

INTERRUPTED: Final = (
    "Interrupted: its worker stopped. It goes on from where it stood when a worker is back."
)


class ArenaAskSerializer(serializers.Serializer[Any]):
    """How many pairs at most."""

    pairs = serializers.IntegerField(min_value=5, max_value=MOST_PAIRS, default=MOST_PAIRS)


class RunStepSerializer(serializers.Serializer[Any]):
    """Where it stands."""

    text = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    eta_s = serializers.FloatField(allow_null=True)


class VersionNameSerializer(serializers.Serializer[ModelVersion]):
    """A version of a model."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class RunVersionSerializer(VersionNameSerializer):
    """What came of a run."""

    state = serializers.CharField()


class RunSerializer(serializers.Serializer[Any]):
    """A run in a list. One whose worker was lost is `queued` again, and its step says so."""

    id = serializers.UUIDField()
    snapshot = serializers.SerializerMethodField()
    recipe = serializers.ChoiceField(RunRecipe.choices)
    kind = serializers.SerializerMethodField()
    changes = serializers.DictField()
    seed = serializers.IntegerField()
    by = serializers.EmailField(source="by.email", default=None, allow_null=True)
    state = serializers.SerializerMethodField()
    wish = serializers.CharField()
    step = serializers.SerializerMethodField()
    estimate_s = serializers.FloatField(allow_null=True)
    error = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    champion = VersionNameSerializer(allow_null=True)
    version = RunVersionSerializer(allow_null=True)
    passed = serializers.BooleanField(allow_null=True)

    @extend_schema_field(
        inline_serializer(
            "RunSnapshot",
            {
                "id": serializers.UUIDField(),
                "name": serializers.CharField(),
                "digest": serializers.CharField(),
                "target": TargetSerializer(),
            },
        )
    )
    def get_snapshot(self, run: Run) -> dict[str, Any]:
        """What it learns from."""
        target = TargetSerializer(target_in(run.snapshot)).data
        frozen = run.snapshot
        return {
            "id": str(frozen.pk),
            "name": frozen.name,
            "digest": frozen.digest,
            "target": target,
        }

    @extend_schema_field(serializers.ChoiceField(ModelKind.choices))
    def get_kind(self, run: Run) -> str:
        """Of the model that comes of it."""
        return kind_in(run.snapshot, run.recipe)

    @extend_schema_field(serializers.ChoiceField(RunState.choices))
    def get_state(self, run: Run) -> str:
        """In which part of its life it is."""
        return RunState.QUEUED if getattr(run, "interrupted", False) else run.state

    @extend_schema_field(RunStepSerializer(allow_null=True))
    def get_step(self, run: Run) -> dict[str, Any] | None:
        """Where it stands, while it goes on."""
        if getattr(run, "interrupted", False):
            return {"text": INTERRUPTED, "done": 0, "total": 0, "eta_s": None}
        return {"done": 0, "total": 0, "eta_s": None, **run.step} if run.step else None

    @extend_schema_field(TroubleSerializer(allow_null=True))
    def get_error(self, run: Run) -> dict[str, str] | None:
        """Why it failed."""
        return {"code": run.error_code, "text": run.error_text} if run.error_code else None


class FileSerializer(serializers.ModelSerializer[RunFile]):
    """An artefact."""

    bytes = serializers.IntegerField()

    class Meta:
        model = RunFile
        fields = ("name", "content_type", "bytes")


class GateSerializer(serializers.Serializer[Gate]):
    """What the gate asks for, for the plots."""

    level = serializers.FloatField()
    margin = serializers.FloatField()
    emd_margin = serializers.FloatField()
    fewest = serializers.IntegerField()
    coverage_slack = serializers.FloatField()
    slowest = serializers.FloatField()
    largest = serializers.FloatField()


class TallySerializer(serializers.Serializer[Any]):
    """What raters chose between the two models' orderings; `share` of the decided."""

    campaign = inline_serializer(
        "ArenaCampaign",
        {
            "id": serializers.UUIDField(),
            "title": serializers.CharField(),
            "state": serializers.ChoiceField(CampaignState.choices),
            "link": serializers.CharField(),
        },
    )
    pairs = serializers.IntegerField()
    decided = serializers.IntegerField()
    challenger = serializers.IntegerField()
    champion = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    text = serializers.CharField()


class RunDetailSerializer(RunSerializer):
    """Everything about a run but its log."""

    curve = RunPointSerializer(many=True)
    grids = GridSerializer(many=True, source="listed_grids")
    mistakes = serializers.SerializerMethodField()
    report = serializers.SerializerMethodField()
    files = FileSerializer(many=True, source="listed_files")
    arena = serializers.SerializerMethodField()
    gate = serializers.SerializerMethodField()

    @extend_schema_field(MistakeSerializer(many=True))
    def get_mistakes(self, run: Run) -> list[dict[str, Any]]:
        """With their pictures."""
        return [
            {
                "picture": picture_of(self._shown, run.snapshot_id, each["artwork"]),
                "said": each["said"],
                "voted": each["voted"],
            }
            for each in run.mistakes
        ]

    @extend_schema_field(RunReportSerializer(allow_null=True))
    def get_report(self, run: Run) -> dict[str, Any] | None:
        """The verdict, once there is one."""
        if run.verdict is None:
            return None
        return with_pictures(run.verdict, run.snapshot_id, self._shown)

    @extend_schema_field(TallySerializer(allow_null=True))
    def get_arena(self, run: Run) -> dict[str, Any] | None:
        """Its blind arena, if somebody opened one."""
        found: Arena | None = getattr(run, "arena", None)
        return None if found is None else render_arena(found)

    @extend_schema_field(GateSerializer)
    def get_gate(self, run: Run) -> dict[str, Any]:
        """Its margins."""
        return dict(GateSerializer(Gate()).data)

    @property
    def _shown(self) -> dict[tuple[UUID, str], ShownPicture]:
        found: dict[tuple[UUID, str], ShownPicture] = self.context["shown"]
        return found


class LineSerializer(serializers.ModelSerializer[RunLine]):
    """A line of the log."""

    class Meta:
        model = RunLine
        fields = ("id", "at", "text")


class LogSerializer(serializers.Serializer[Any]):
    """Lines in order."""

    lines = LineSerializer(many=True)


class LogQuery(serializers.Serializer[Any]):
    """From which line on."""

    after = serializers.IntegerField(min_value=0, max_value=2**62, default=0)


class RunQuery(serializers.Serializer[Any]):
    """Of which snapshot; of all without it."""

    snapshot = serializers.UUIDField(required=False)


class RecipeQuery(serializers.Serializer[Any]):
    """For which snapshot."""

    snapshot = serializers.UUIDField()


def render_run(run: Run) -> dict[str, Any]:
    """A row of `run_list.run_of` as JSON."""
    files = named_in(run.verdict) | {each["artwork"] for each in run.mistakes}
    shown = pictures_of({run.snapshot_id: files}) if files else {}
    return dict(RunDetailSerializer(run, context={"shown": shown}).data)


def render_arena(arena: Arena) -> dict[str, Any]:
    """With what raters chose up to now."""
    counted = tally(arena)
    campaign = arena.campaign
    told = {
        "id": campaign.pk,
        "title": campaign.title,
        "state": campaign.state,
        "link": link_of(arena),
    }
    values = {name: getattr(counted, name) for name in Tally.__slots__}
    return dict(TallySerializer({**values, "campaign": told}).data)
