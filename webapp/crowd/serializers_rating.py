"""Questions, what became of answers, and how far somebody is, as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.crowd.addresses import media_address
from webapp.ratings.asking import Done
from webapp.ratings.mine import Card, Me
from webapp.ratings.models import (
    Mode,
    Uncounted,
    Vote,
)
from webapp.ratings.others import Others
from webapp.ratings.progress import Progress
from webapp.ratings.told import Status

LARGE, SMALL = "large", "small"


class ShownSerializer(serializers.Serializer[Any]):
    """A picture as raters know it."""

    entry = serializers.UUIDField()
    src = serializers.CharField()
    small = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    thumbhash = serializers.CharField()


class StepSerializer(serializers.Serializer[Any]):
    """An answer to choose."""

    value = serializers.FloatField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides a label nobody shows


class ExampleSerializer(serializers.Serializer[Any]):
    """A picture that stands for one end."""

    src = serializers.CharField()
    word = serializers.CharField()


class ExamplesSerializer(serializers.Serializer[Any]):
    """Pictures for both ends of an attribute."""

    low = ExampleSerializer(allow_null=True)
    high = ExampleSerializer(allow_null=True)


class AssignmentSerializer(serializers.Serializer[Any]):
    """One question, good for one answer until it expires."""

    token = serializers.CharField()
    mode = serializers.ChoiceField(Mode.choices)
    question = serializers.CharField()
    entries = ShownSerializer(many=True)
    answers = StepSerializer(many=True, allow_null=True)
    anchors = ExamplesSerializer(allow_null=True)
    comment_at_most = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class DoneSerializer(serializers.Serializer[Any]):
    """Why there is no further question."""

    code = serializers.ChoiceField([each.value for each in Done])
    text = serializers.CharField()


class MustVoteSerializer(serializers.Serializer[Any]):
    """So many of so many votes that one must give."""

    needed = serializers.IntegerField()
    done = serializers.IntegerField()


class ChecksSerializer(serializers.Serializer[Any]):
    """Checks that came, and with how many one agreed; told five or more at a time."""

    seen = serializers.IntegerField()
    met = serializers.IntegerField()


class TotalsSerializer(serializers.Serializer[Any]):
    """The campaign as a whole; `votes` with all answers of the caller, repeats too."""

    votes = serializers.IntegerField()
    entries = serializers.IntegerField()
    settled = serializers.IntegerField()
    saved = serializers.IntegerField()
    raters = serializers.IntegerField()


class RatingProgressSerializer(serializers.Serializer[Progress]):
    """How far the rater and the campaign are.

    `mine` are all answers but skips; `left` is rounded up to a multiple of five: neither tells
    whether a question was a check or a repeat.
    """

    mine = serializers.IntegerField()
    skipped = serializers.IntegerField()
    left = serializers.IntegerField()
    cap = serializers.IntegerField(allow_null=True)
    must = MustVoteSerializer(allow_null=True)
    checks = ChecksSerializer(allow_null=True)
    campaign = TotalsSerializer()


class AskedSerializer(serializers.Serializer[Any]):
    """Questions, or why there are none."""

    assignments = AssignmentSerializer(many=True)
    done = DoneSerializer(allow_null=True)
    progress = RatingProgressSerializer()


class PairSharesSerializer(serializers.Serializer[Any]):
    """How others compared the two; sides as this rater saw them."""

    left = serializers.FloatField()
    right = serializers.FloatField()
    tie = serializers.FloatField()
    both_bad = serializers.FloatField()


class BestShareSerializer(serializers.Serializer[Any]):
    """How many chose a picture of a burst."""

    entry = serializers.UUIDField()
    share = serializers.FloatField()


class PredictedSerializer(serializers.Serializer[Any]):
    """What the scorer predicts."""

    mean = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    distribution = serializers.ListField(child=serializers.FloatField())


class CrowdSerializer(serializers.Serializer[Others]):
    """How others answered. `first`: so few that nothing but their number is told."""

    votes = serializers.IntegerField()
    distribution = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    shares = PairSharesSerializer(allow_null=True)
    best = serializers.SerializerMethodField()
    model = PredictedSerializer(allow_null=True)
    first = serializers.BooleanField()

    @extend_schema_field(BestShareSerializer(many=True, allow_null=True))
    def get_best(self, others: Others) -> list[dict[str, Any]] | None:
        """Of a burst, by picture."""
        if others.best is None:
            return None
        return [{"entry": str(pk), "share": share} for pk, share in others.best.items()]


class ResultSerializer(serializers.Serializer[Any]):
    """What became of one answer."""

    token = serializers.CharField()
    status = serializers.ChoiceField([each.value for each in Status])
    code = serializers.CharField()
    text = serializers.CharField()
    vote = serializers.UUIDField(allow_null=True)
    crowd = CrowdSerializer(allow_null=True)


class HeardSerializer(serializers.Serializer[Any]):
    """What became of the answers, in their order; progress where the last sound one belongs."""

    results = ResultSerializer(many=True)
    progress = RatingProgressSerializer(allow_null=True)


class RaterCardSerializer(serializers.Serializer[Card]):
    """How somebody votes, in points of the scale."""

    votes = serializers.IntegerField()
    bias = serializers.FloatField()
    spread = serializers.FloatField()
    consistency = serializers.FloatField()
    side = serializers.FloatField()
    words = serializers.CharField()


class MeSerializer(serializers.Serializer[Me]):
    """A person in one campaign, told to nobody else.

    `votes` are all answers but skips, `left` is rounded up to a multiple of five.
    """

    rater = serializers.UUIDField(source="rater.pk")
    pseudonym = serializers.CharField(source="rater.pseudonym")
    consented = serializers.SerializerMethodField()
    votes = serializers.IntegerField(source="progress.mine")
    skipped = serializers.IntegerField(source="progress.skipped")
    left = serializers.IntegerField(source="progress.left")
    cap = serializers.IntegerField(source="progress.cap", allow_null=True)
    must = MustVoteSerializer(source="progress.must", allow_null=True)
    checks = ChecksSerializer(source="progress.checks", allow_null=True)
    card = RaterCardSerializer(allow_null=True)

    def get_consented(self, me: Me) -> bool:
        """False for a rater who came with imported votes."""
        return me.rater.consented_at is not None


class OwnVoteSerializer(serializers.ModelSerializer[Vote]):
    """One's own vote; `entry` is the first of the pictures it is about."""

    vote = serializers.UUIDField(source="pk")
    entry = serializers.SerializerMethodField()
    entries = serializers.ListField(child=serializers.UUIDField(), source="assignment.entries")
    src = serializers.SerializerMethodField()
    best = serializers.UUIDField(source="best_id", allow_null=True)
    uncounted = serializers.ChoiceField([*Uncounted.choices, ("", "counts")])

    class Meta:
        model = Vote
        fields = ("vote", "entry", "entries", "src", "kind", "value", "outcome", "best", "reason",
                  "comment", "cast_at", "uncounted")  # fmt: skip

    def get_entry(self, vote: Vote) -> str:
        """The first picture."""
        return str(vote.assignment.entries[0])

    def get_src(self, vote: Vote) -> str:
        """A small file of the first picture."""
        return media_address(vote.campaign_id, vote.assignment.entries[0], SMALL)
