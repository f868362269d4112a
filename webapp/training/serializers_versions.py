"""Versions of models as JSON."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from webapp.inference.rescoring import Rescoring
from webapp.registry.models import ChangeKind, ModelKind, Proof, VersionState
from webapp.training.promoting import REASON_LENGTH
from webapp.training.serializers_runs import VersionNameSerializer
from webapp.training.serializers_snapshots import TroubleSerializer
from webapp.training.versions import CHALLENGER, CHAMPION, PREVIOUS, ShownVersion


class ReasonAskSerializer(serializers.Serializer[Any]):
    """Why, for those who look later."""

    reason = serializers.CharField(
        max_length=REASON_LENGTH, allow_blank=True, required=False, default=""
    )


class OverrideAskSerializer(serializers.Serializer[Any]):
    """Why it may judge without the gate's yes."""

    reason = serializers.CharField(max_length=REASON_LENGTH)


class VersionQuery(serializers.Serializer[Any]):
    """Of which kind; of all without it."""

    kind = serializers.ChoiceField(ModelKind.choices, required=False)


class MaySerializer(serializers.Serializer[Any]):
    """What the caller may do now; `why_not` tells what bars promotion."""

    promote = serializers.BooleanField()
    roll_back = serializers.BooleanField()
    why_not = TroubleSerializer(allow_null=True)


class VersionSerializer(serializers.Serializer[Any]):
    """`run`: the newest that ended with it; `served_by`: what workers that hold it say.

    `proof`: whether a worker loaded it and met its card's golden answers; `flaw`: why not.
    `sheet`: address of the last samples that the run of a generator showed.
    """

    id = serializers.UUIDField(source="version.pk")
    kind = serializers.ChoiceField(ModelKind.choices, source="version.kind")
    name = serializers.CharField(source="version.name")
    digest = serializers.CharField(source="version.digest")
    state = serializers.ChoiceField(VersionState.choices, source="version.state")
    aliases = serializers.ListField(child=serializers.ChoiceField([CHAMPION, CHALLENGER, PREVIOUS]))
    builtin = serializers.CharField(source="version.builtin")
    created_at = serializers.DateTimeField(source="version.created_at")
    proof = serializers.ChoiceField(Proof.choices, source="version.proof")
    flaw = serializers.SerializerMethodField()
    run = serializers.SerializerMethodField()
    override = serializers.SerializerMethodField()
    sheet = serializers.SerializerMethodField()
    can = MaySerializer()
    served_by = serializers.ListField(child=serializers.CharField())

    @extend_schema_field(TroubleSerializer(allow_null=True))
    def get_flaw(self, shown: ShownVersion) -> dict[str, str] | None:
        """Why workers refuse it."""
        made = shown.version
        return {"code": made.flaw_code, "text": made.flaw_text} if made.flaw_code else None

    @extend_schema_field(
        inline_serializer(
            "VersionRun",
            {
                "id": serializers.UUIDField(),
                "passed": serializers.BooleanField(allow_null=True),
            },
            allow_null=True,
        )
    )
    def get_run(self, shown: ShownVersion) -> dict[str, Any] | None:
        """What it came of."""
        run = shown.run
        return None if run is None else {"id": str(run.pk), "passed": run.passed}

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_sheet(self, shown: ShownVersion) -> str | None:
        """What it makes."""
        if shown.run is None or shown.sheet is None:
            return None
        return reverse("run-grid", args=[shown.run.pk, shown.sheet])

    @extend_schema_field(
        inline_serializer(
            "VersionOverride",
            {
                "by": serializers.EmailField(allow_null=True),
                "reason": serializers.CharField(),
                "at": serializers.DateTimeField(),
            },
            allow_null=True,
        )
    )
    def get_override(self, shown: ShownVersion) -> dict[str, Any] | None:
        """Why it may judge without the gate's yes, and who says so."""
        found = shown.override
        if found is None:
            return None
        by = None if found.by is None else found.by.email
        return {"by": by, "reason": found.reason, "at": found.created_at}


class ChangeSerializer(serializers.Serializer[Any]):
    """Who let what judge in place of what."""

    at = serializers.DateTimeField(source="created_at")
    kind = serializers.ChoiceField(ChangeKind.choices)
    model = serializers.ChoiceField(ModelKind.choices, source="version.kind")
    version = VersionNameSerializer()
    replaced = VersionNameSerializer(allow_null=True)
    by = serializers.EmailField(source="by.email", default=None, allow_null=True)
    reason = serializers.CharField()


class RescoringSerializer(serializers.Serializer[Rescoring]):
    """How far the library has followed whoever judges."""

    version = serializers.CharField(allow_null=True)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    eta_s = serializers.FloatField(allow_null=True)
