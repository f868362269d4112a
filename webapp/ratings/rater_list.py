"""The raters of a campaign as its organiser sees them: habits, pace, doubts, rulings."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final
from uuid import UUID

from django.db.models import F, QuerySet

from ml.contracts.crowd import Doubt
from webapp.ratings.models import Campaign, Rater, Ruling, RulingKind

WORDS: Final = {
    Doubt.CONSTANT: "nearly always the same answer",
    Doubt.RANDOM: "answers that follow no picture",
    Doubt.SIDED: "nearly always the same side of a pair",
    Doubt.CHECKS: "misses checks whose answer is known",
    Doubt.PUSHING: "far off on a few pictures, as others who came together are",
    Doubt.FAST: "faster than anybody can look",
}
EXTREMES: Final = 5
MOST_FLAGGED: Final = 50


@dataclass(frozen=True, slots=True)
class RaterRow:
    """A rater, and why they are in quarantine if they are."""

    rater: Rater
    reason: str


@dataclass(frozen=True, slots=True)
class Pace:
    """Who looks shortest and longest, and how long a typical rater looks."""

    fast: tuple[RaterRow, ...]
    slow: tuple[RaterRow, ...]
    median_ms: int | None


@dataclass(frozen=True, slots=True)
class RaterSummary:
    """What a dashboard tells of raters: their pace, and whom to look at."""

    pace: Pace
    flagged: tuple[RaterRow, ...]


def raters_of(campaign: Campaign) -> list[RaterRow]:
    """All of them, most votes first. Two queries."""
    rows = list(campaign.raters.order_by("-votes", "pk"))
    return _told(campaign, rows)


def one_of(rater: Rater) -> RaterRow:
    """One of them, as it is now."""
    return _told(rater.campaign, [Rater.objects.get(pk=rater.pk)])[0]


def summary_of(campaign: Campaign) -> RaterSummary:
    """The extremes. Five queries, however many raters there are."""
    voted = campaign.raters.filter(median_dwell_ms__isnull=False, votes__gt=0)
    known = list(voted.values_list("median_dwell_ms", flat=True))
    ends = EXTREMES if len(known) >= 2 * EXTREMES else len(known) // 2  # nobody is both
    fast = _first(voted, F("median_dwell_ms").asc(), ends)
    slow = _first(voted, F("median_dwell_ms").desc(), ends)
    doubted = campaign.raters.exclude(doubts=[]).filter(quarantined_at=None)
    flagged = list(doubted.order_by("-votes", "pk")[:MOST_FLAGGED])
    told = {each.rater.pk: each for each in _told(campaign, [*fast, *slow, *flagged])}

    def rows(raters: Sequence[Rater]) -> tuple[RaterRow, ...]:
        return tuple(told[each.pk] for each in raters)

    typical = round(median(each for each in known if each is not None)) if known else None
    return RaterSummary(Pace(rows(fast), rows(slow), typical), rows(flagged))


def _first(raters: QuerySet[Rater], order: object, count: int) -> list[Rater]:
    return list(raters.order_by(order, "pk")[:count])  # type: ignore[arg-type]  # an OrderBy


def _told(campaign: Campaign, raters: Sequence[Rater]) -> list[RaterRow]:
    rulings = Ruling.objects.filter(campaign=campaign, kind=RulingKind.QUARANTINE)
    rows = rulings.filter(rater__in=raters).order_by("created_at")
    reasons: dict[UUID | None, str] = dict(rows.values_list("rater_id", "reason"))
    return [
        RaterRow(each, reasons.get(each.pk, "") if each.quarantined_at else "") for each in raters
    ]
