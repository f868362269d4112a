"""What an answer may be, and whether it fits the question."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from ml.contracts.crowd import LEVELS
from webapp.ratings.models import Assignment, Campaign, Mode, Outcome, SkipReason, VoteKind
from webapp.registry.models import Attribute

STEPS: Final = 5  # of an attribute that is a scale
MOST_LETTERS: Final = 2000
_KINDS: Final = {
    Mode.SCORE: VoteKind.SCORE,
    Mode.PAIRS: VoteKind.PAIR,
    Mode.ATTRIBUTE: VoteKind.ATTRIBUTE,
    Mode.BURST: VoteKind.BEST,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One answer to the question of an attribute."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rater sent for one token. `correct`: in place of what they said before."""

    token: str
    kind: VoteKind
    value: float | None = None
    outcome: Outcome | None = None
    best: UUID | None = None
    reason: SkipReason | None = None
    comment: str = ""
    dwell_ms: int | None = None
    cast_at: datetime | None = None
    correct: bool = False


def steps_of(attribute: Attribute) -> list[Step]:
    """The answers that one chooses from, lowest first."""
    if attribute.choices:
        return [Step(float(nth), label) for nth, label in enumerate(attribute.choices)]
    apart = (attribute.high - attribute.low) / (STEPS - 1)
    low, high = attribute.low_word or "low", attribute.high_word or "high"
    labels = (low, f"rather {low}", "in between", f"rather {high}", high)
    return [Step(attribute.low + nth * apart, label) for nth, label in enumerate(labels)]


def levels_of(campaign: Campaign) -> int:
    """How many steps the scale of a campaign has."""
    return LEVELS if campaign.attribute is None else len(steps_of(campaign.attribute))


def ends_of(campaign: Campaign) -> tuple[float, float]:
    """The lowest and the highest answer, in units of a vote."""
    attribute = campaign.attribute
    return (1.0, float(LEVELS)) if attribute is None else (attribute.low, attribute.high)


def misfit(answer: Answer, assignment: Assignment, campaign: Campaign) -> tuple[str, str] | None:
    """Code and sentence when the answer is none to this question."""
    if answer.kind in (VoteKind.SKIP, VoteKind.WITHDRAWN):
        if answer.kind == VoteKind.SKIP and answer.reason is None:
            return "out_of_range", "A skip says why."
        return None
    if answer.kind != _KINDS[Mode(campaign.mode)]:
        return "wrong_kind", f"This question takes the kind {_KINDS[Mode(campaign.mode)]}."
    if answer.kind == VoteKind.PAIR and answer.outcome is None:
        return "out_of_range", f"The outcome is one of {', '.join(Outcome.values)}."
    if answer.kind == VoteKind.BEST and answer.best not in assignment.entries:
        return "out_of_range", "The best is one of the pictures that were shown."
    return _value_misfit(answer, campaign)


def _value_misfit(answer: Answer, campaign: Campaign) -> tuple[str, str] | None:
    if answer.kind == VoteKind.SCORE and answer.value not in range(1, LEVELS + 1):
        return "out_of_range", f"A score is a whole number from 1 to {LEVELS}."
    if answer.kind == VoteKind.ATTRIBUTE and campaign.attribute is not None:
        known = [step.value for step in steps_of(campaign.attribute)]
        said = answer.value  # not a number is near none of them
        if said is None or not any(abs(said - each) <= 1e-6 for each in known):
            return "out_of_range", "The answer is one of those that the question names."
    return None
