"""What raters send: joining, asking, answering."""

from typing import Any, Final

from rest_framework import serializers

from webapp.common.fields import FiniteField
from webapp.ratings.answers import MOST_LETTERS, Answer
from webapp.ratings.models import Outcome, SkipReason, VoteKind
from webapp.ratings.told import Status, Told

MOST_ASKED: Final = 10
MOST_VOTES: Final = 50


class JoinSerializer(serializers.Serializer[Any]):
    """`token` is the last part of the link; `consent` agrees to the words of the campaign."""

    token = serializers.CharField(max_length=300, required=False, allow_blank=True)
    consent = serializers.BooleanField(default=False)


class AskSerializer(serializers.Serializer[Any]):
    """For how many questions of which campaign."""

    campaign = serializers.UUIDField()
    count = serializers.IntegerField(min_value=1, max_value=MOST_ASKED, default=1)


class VoteSerializer(serializers.Serializer[Any]):
    """One answer; which field it needs beside the token, its kind says."""

    token = serializers.CharField(max_length=300)
    kind = serializers.ChoiceField(VoteKind.choices)
    value = FiniteField(required=False, allow_null=True)
    outcome = serializers.ChoiceField(Outcome.choices, required=False, allow_null=True)
    best = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.ChoiceField(SkipReason.choices, required=False, allow_null=True)
    comment = serializers.CharField(max_length=MOST_LETTERS, required=False, allow_blank=True)
    dwell_ms = serializers.IntegerField(required=False, allow_null=True)
    cast_at = serializers.DateTimeField(required=False, allow_null=True)
    correct = serializers.BooleanField(default=False)


class VotesSerializer(serializers.Serializer[Any]):
    """Up to fifty answers at once; each is judged by itself."""

    votes = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=MOST_VOTES
    )


class VotesAskSerializer(serializers.Serializer[Any]):
    """What `VotesSerializer` takes, for the schema."""

    votes = VoteSerializer(many=True)


_VOTE: Final = VoteSerializer()  # made once: that takes longer than reading an answer


def parse_answer(sent: dict[str, Any]) -> Answer | Told:
    """One answer, or what to say about one that cannot be read; the others still count."""
    try:
        values: dict[str, Any] = dict(_VOTE.run_validation(sent))
    except serializers.ValidationError as error:
        return _unreadable(sent, error)
    for name, kind in (("kind", VoteKind), ("outcome", Outcome), ("reason", SkipReason)):
        if values.get(name) is not None:
            values[name] = kind(values[name])
    return _only_what_the_kind_says(values)


def _unreadable(sent: dict[str, Any], error: serializers.ValidationError) -> Told:
    problems: Any = error.detail
    token = sent.get("token")
    code = "wrong_kind" if "kind" in problems else "out_of_range"
    name = next(iter(problems))
    text = f"Not readable: {name}. {problems[name][0]}"
    return Told(token if isinstance(token, str) else "", Status.REFUSED, code, text)


_FIELDS: Final = {
    VoteKind.SCORE: "value", VoteKind.ATTRIBUTE: "value", VoteKind.PAIR: "outcome",
    VoteKind.BEST: "best", VoteKind.SKIP: "reason", VoteKind.WITHDRAWN: "",
}  # fmt: skip


def _only_what_the_kind_says(values: dict[str, Any]) -> Answer:
    kept = _FIELDS[values["kind"]]
    dropped = {"value", "outcome", "best", "reason"} - {kept}
    return Answer(**{name: value for name, value in values.items() if name not in dropped})
