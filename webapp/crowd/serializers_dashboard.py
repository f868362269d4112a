"""The dashboard of a campaign, and its raters, as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ml.contracts.crowd import Doubt
from webapp.crowd.serializers_campaigns import CampaignSerializer
from webapp.crowd.serializers_entries import EntrySerializer, render_entries
from webapp.ratings.dashboards import Agreement, Dashboard, Progress
from webapp.ratings.rater_list import WORDS, Pace, RaterRow


class SeenMetSerializer(serializers.Serializer[Any]):
    """Checks that came, and those that were met."""

    seen = serializers.IntegerField(source="checks_seen")
    met = serializers.IntegerField(source="checks_met")


class DoubtSerializer(serializers.Serializer[Any]):
    """Why votes should be looked at; an organiser decides."""

    code = serializers.CharField()
    words = serializers.CharField()


class QuarantinedSerializer(serializers.Serializer[Any]):
    """Since when votes do not count, and why."""

    at = serializers.DateTimeField()
    reason = serializers.CharField()


class RaterSerializer(serializers.Serializer[RaterRow]):
    """A rater by pseudonym. Habits are in points of 1 to 10, null before the first fit.

    `consistency` stays null until there are enough votes to say, of the rater and of all.
    """

    id = serializers.UUIDField(source="rater.pk")
    pseudonym = serializers.CharField(source="rater.pseudonym")
    guest = serializers.SerializerMethodField()
    votes = serializers.IntegerField(source="rater.votes")
    bias = serializers.FloatField(source="rater.bias", allow_null=True)
    spread = serializers.FloatField(source="rater.spread", allow_null=True)
    noise = serializers.FloatField(source="rater.noise", allow_null=True)
    consistency = serializers.FloatField(source="rater.consistency", allow_null=True)
    side = serializers.FloatField(source="rater.side", allow_null=True)
    weight = serializers.FloatField(source="rater.weight", allow_null=True)
    median_dwell_ms = serializers.IntegerField(source="rater.median_dwell_ms", allow_null=True)
    checks = SeenMetSerializer(source="rater")
    doubts = serializers.SerializerMethodField()
    quarantined = serializers.SerializerMethodField()

    @extend_schema_field(serializers.BooleanField())
    def get_guest(self, row: RaterRow) -> bool:
        """Whether they have no account."""
        return row.rater.user_id is None

    @extend_schema_field(DoubtSerializer(many=True))
    def get_doubts(self, row: RaterRow) -> list[dict[str, str]]:
        """Each with its words."""
        return [{"code": code, "words": WORDS[Doubt(code)]} for code in row.rater.doubts]

    @extend_schema_field(QuarantinedSerializer(allow_null=True))
    def get_quarantined(self, row: RaterRow) -> dict[str, Any] | None:
        """Null while their votes count."""
        at = row.rater.quarantined_at
        return dict(QuarantinedSerializer({"at": at, "reason": row.reason}).data) if at else None


class CampaignProgressSerializer(serializers.Serializer[Progress]):
    """How far a campaign is. `saved`: votes that a plain mean would have needed beside.

    Entries with fewer than five votes add nothing to `saved`.
    """

    votes = serializers.IntegerField()
    wanted = serializers.IntegerField()
    entries = serializers.IntegerField()
    reached = serializers.IntegerField()
    settled = serializers.IntegerField()
    raters = serializers.IntegerField()
    saved = serializers.IntegerField()
    per_day = serializers.ListField(child=serializers.ListField())
    per_minute = serializers.ListField(child=serializers.IntegerField())


class AgreementSerializer(serializers.Serializer[Agreement]):
    """How well raters agree; `level` is that of alpha.

    `alpha` is null while fewer than thirty answers have another's to compare with.
    """

    alpha = serializers.FloatField(allow_null=True)
    level = serializers.CharField()
    words = serializers.CharField()
    split_half = serializers.FloatField(allow_null=True)
    votes = serializers.IntegerField()


class PaceSerializer(serializers.Serializer[Pace]):
    """Who looks shortest and longest."""

    fast = RaterSerializer(many=True)
    slow = RaterSerializer(many=True)
    median_ms = serializers.IntegerField(allow_null=True)


class ModelAgreementSerializer(serializers.Serializer[Any]):
    """Rank correlation of the scorer's expectation with the crowd's mean, over `n` entries."""

    srcc = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()


class ScoreBinSerializer(serializers.Serializer[Any]):
    """Entries of one band of the mean: mean shares of 1 to 10, three fits, and their error."""

    bin = serializers.IntegerField()
    entries = serializers.IntegerField()
    distribution = serializers.ListField(child=serializers.FloatField())
    gaussian = serializers.ListField(child=serializers.FloatField())
    gamma = serializers.ListField(child=serializers.FloatField())
    gamma_reversed = serializers.ListField(child=serializers.FloatField())
    rmse = serializers.DictField(child=serializers.FloatField())


class CurvesSerializer(serializers.Serializer[Any]):
    """Curves by band of the mean, and of each entry (mean, standard deviation of its votes)."""

    by_mean = ScoreBinSerializer(many=True)
    spread = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)
    )


class DashboardSerializer(serializers.Serializer[Dashboard]):
    """Everything that an organiser watches; `curves` null before the first fit, and of pairs."""

    campaign = CampaignSerializer()
    progress = CampaignProgressSerializer()
    agreement = AgreementSerializer()
    distribution = serializers.ListField(child=serializers.FloatField())
    pace = PaceSerializer()
    flagged = RaterSerializer(many=True)
    divisive = EntrySerializer(many=True)
    top = EntrySerializer(many=True)
    model = ModelAgreementSerializer()
    curves = CurvesSerializer(allow_null=True)
    fused_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField()


def render_dashboard(found: Dashboard, viewer: int) -> dict[str, Any]:
    """For its organiser (by id)."""
    return {
        "campaign": CampaignSerializer(found.campaign).data,
        "progress": CampaignProgressSerializer(found.progress).data,
        "agreement": AgreementSerializer(found.agreement).data,
        "distribution": found.distribution,
        "pace": PaceSerializer(found.raters.pace).data,
        "flagged": [RaterSerializer(each).data for each in found.raters.flagged],
        "divisive": render_entries(found.divisive, viewer),
        "top": render_entries(found.top, viewer),
        "model": found.figures.get("model") or {"srcc": None, "n": 0},
        "curves": found.figures.get("curves"),
        "fused_at": found.fused_at,
        "stale": found.stale,
    }
