"""What a rater is told of themselves: in private, and kindly."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from webapp.ratings.models import Mode, Rater, Vote
from webapp.ratings.progress import Progress, progress_of_each

SLIGHT: Final = 0.25  # of a bias, in points; of the pull to a side, in noises of an answer


@dataclass(frozen=True, slots=True)
class Card:
    """How somebody votes; see RaterCard in `ml`."""

    votes: int
    bias: float
    spread: float
    consistency: float
    side: float
    words: str


@dataclass(frozen=True, slots=True)
class Me:
    """A person in one campaign."""

    rater: Rater
    progress: Progress
    card: Card | None


def me_of(rater: Rater) -> Me:
    """One query. The rater comes with campaign and fusion."""
    return mes_of([rater])[0]


def mes_of(raters: Iterable[Rater]) -> list[Me]:
    """The same of many, in one query beside their own."""
    found = list(raters)
    progress = progress_of_each(found)
    return [Me(each, progress[each.pk], card_of(each, progress[each.pk].mine)) for each in found]


def card_of(rater: Rater, answers: int) -> Card | None:
    """Of so many answers. None before a weighing found enough to tell of their consistency."""
    if rater.bias is None or rater.consistency is None:
        return None
    bias, side = rater.bias, rater.side or 0.0
    spread = 1.0 if rater.spread is None else rater.spread
    words = _words(Mode(rater.campaign.mode), bias, rater.consistency, side)
    return Card(answers, bias, spread, rater.consistency, side, words)


def raters_of(user_id: int) -> QuerySet[Rater]:
    """A person in all their campaigns, the latest first."""
    found = Rater.objects.filter(user=user_id).order_by("-created_at", "pk")
    return found.select_related("campaign__attribute", "campaign__fusion")


def own_votes(rater: Rater) -> QuerySet[Vote]:
    """What a rater answered and did not take back, newest first, with the questions."""
    found = Vote.objects.filter(rater=rater, corrected_by=None).exclude(kind="withdrawn")
    return found.select_related("assignment").order_by("-received_at", "-created_at")


def _words(mode: Mode, bias: float, consistency: float, side: float) -> str:
    same = f"are {round(100 * consistency)} % consistent"
    if mode in (Mode.PAIRS, Mode.BURST):
        if mode == Mode.BURST or abs(side) < SLIGHT:
            return f"You {same}."
        return f"You lean to the {'left' if side > 0 else 'right'} and {same}."
    if abs(bias) < SLIGHT:
        return f"You rate as most others do and {same}."
    return f"You run {abs(bias):.1f} {'generous' if bias > 0 else 'harsh'} and {same}."
