"""How others answered the question that a rater has just answered."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ml.contracts.crowd import LEVELS
from webapp.inference.models import Score
from webapp.ratings.answers import steps_of
from webapp.ratings.counting import void_raters
from webapp.ratings.models import (
    Assignment,
    Campaign,
    Mode,
    Outcome,
    Purpose,
    Rater,
    Reveal,
    Vote,
    VoteKind,
)
from webapp.ratings.statements import ANSWERS_OF_OTHERS, BEST_OF_OTHERS, PREDICTED

FEW: Final = 3  # fewer others are told as "among the first": single votes stay private
_SWAPPED: Final = {Outcome.LEFT: Outcome.RIGHT, Outcome.RIGHT: Outcome.LEFT}
_UNSAID: Final = (VoteKind.SKIP, VoteKind.WITHDRAWN)
Entries = tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Others:
    """Answers of everybody else, as shares; nothing but their number while they are few.

    `distribution`: over 1 to 10, or the steps of an attribute. `shares`: by outcome, sides as this
    rater saw them. `best`: by entry. `model`: what the scorer predicts of a picture.
    """

    votes: int
    distribution: tuple[float, ...] | None = None
    mean: float | None = None
    shares: dict[str, float] | None = None
    best: dict[UUID, float] | None = None
    model: Score | None = None

    @property
    def first(self) -> bool:
        """Whether the rater is among the first."""
        return self.votes < FEW


def others_of(rater: Rater, votes: Sequence[Vote]) -> dict[UUID, Others]:
    """By vote, for those of this rater that say something. Two queries for those of one moment.

    As it was when the vote came, so that sending it again tells nothing more. Nothing when the
    campaign tells it at its end.
    """
    campaign = rater.campaign
    said = [each for each in votes if each.rater_id == rater.pk and each.kind not in _UNSAID]
    if campaign.reveal != Reveal.AFTER_VOTE or not said:
        return {}
    return _told(rater, said, _models(campaign, said))


def saw_others(
    rater: Rater, asked: Collection[Assignment], given: Sequence[Vote]
) -> frozenset[UUID]:
    """Which of these questions this rater answered before and was then told the crowd's answer.

    Also under another token: a question that was given back and expired is asked anew. A repeat
    is meant to be answered again. ``given``: all votes of the rater on the pictures asked about.
    """
    said = [each for each in given if each.kind not in _UNSAID]
    if rater.campaign.reveal != Reveal.AFTER_VOTE or not said:
        return frozenset()
    told = {pk for pk, others in _told(rater, said, {}).items() if not others.first}
    known = [each.assignment for each in said if each.pk in told]
    return frozenset(each.pk for each in asked if any(_is_same(each, other) for other in known))


def _told(rater: Rater, said: Sequence[Vote], models: dict[UUID, Score]) -> dict[UUID, Others]:
    """As it was when each of the votes came."""
    found: dict[UUID, Others] = {}
    for moment in {each.received_at for each in said}:
        then = [each for each in said if each.received_at == moment]
        answers = _answers(rater, then, moment)
        for vote in then:
            entries = tuple(vote.assignment.entries)
            found[vote.pk] = _others(rater.campaign, entries, answers, models)
    return found


def _is_same(asked: Assignment, before: Assignment) -> bool:
    if asked.purpose == Purpose.REPEAT:
        return asked.pk == before.pk
    common = set(asked.entries) & set(before.entries)
    return len(common) >= min(2, len(asked.entries))  # a burst may have lost a picture


def _answers(rater: Rater, votes: Sequence[Vote], moment: datetime) -> dict[Entries, Counter[Any]]:
    """Counted answers of others by then, by the entries they were asked about."""
    asked = {tuple(vote.assignment.entries) for vote in votes}
    values: dict[str, Any] = {
        "campaign": rater.campaign_id, "rater": rater.pk, "moment": moment,
        "void": void_raters(rater.campaign),
    }  # fmt: skip
    if rater.campaign.mode == Mode.BURST:
        values["shown"] = list({entry for entries in asked for entry in entries})
        return {(best,): Counter({best: count}) for best, count in BEST_OF_OTHERS.rows(values)}
    values["asked"] = tuple(list(each) for each in asked | {each[::-1] for each in asked})
    counted: dict[Entries, Counter[Any]] = {}
    for entries, value, outcome, count in ANSWERS_OF_OTHERS.rows(values):
        counted.setdefault(tuple(entries), Counter())[outcome or value] += count
    return counted


def _others(
    campaign: Campaign,
    entries: Entries,
    answers: dict[Entries, Counter[Any]],
    models: dict[UUID, Score],
) -> Others:
    if campaign.mode == Mode.PAIRS:
        return _pair(answers.get(entries, Counter()), answers.get(entries[::-1], Counter()))
    if campaign.mode == Mode.BURST:
        chosen = {each: answers.get((each,), Counter()).total() for each in entries}
        total = sum(chosen.values())
        shares = {each: count / total for each, count in chosen.items()} if total >= FEW else None
        return Others(total, best=shares)
    counts = answers.get(entries, Counter())
    return _single(campaign, counts, models.get(entries[0]))


def _single(campaign: Campaign, counts: Counter[Any], model: Score | None) -> Others:
    total = counts.total()
    if total < FEW:
        return Others(total, model=model)
    steps = [float(level) for level in range(1, LEVELS + 1)]
    if campaign.attribute is not None:
        steps = [step.value for step in steps_of(campaign.attribute)]
    near: Counter[int] = Counter()
    for value, count in counts.items():
        near[min(range(len(steps)), key=lambda nth: abs(steps[nth] - value))] += count
    mean = sum(value * count for value, count in counts.items()) / total
    shares = tuple(near[nth] / total for nth in range(len(steps)))
    return Others(total, distribution=shares, mean=mean, model=model)


def _pair(same: Counter[Any], swapped: Counter[Any]) -> Others:
    counts = Counter(same)
    for outcome, count in swapped.items():
        counts[_SWAPPED.get(outcome, outcome)] += count
    total = counts.total()
    if total < FEW:
        return Others(total)
    return Others(total, shares={each: counts[each] / total for each in Outcome.values})


def _models(campaign: Campaign, votes: Sequence[Vote]) -> dict[UUID, Score]:
    """What the active scorer predicts of each single picture, by entry."""
    if campaign.mode != Mode.SCORE:
        return {}
    entries = [vote.assignment.entries[0] for vote in votes]
    return {entry: score for score, entry in PREDICTED.rows({"entries": entries})}
