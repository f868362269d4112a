"""What an organiser watches: how far a campaign is, how well its crowd agrees, what stands out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Greatest, TruncDate, TruncMinute
from django.utils import timezone

from ml.contracts.crowd import LEVELS
from webapp.accounts.models import User
from webapp.ratings import selectors
from webapp.ratings.answers import steps_of
from webapp.ratings.counting import counting_votes
from webapp.ratings.enough import VOTES_SAVED
from webapp.ratings.fusions import is_up_to_date
from webapp.ratings.models import Campaign, Entry, EntryRole, Fusion, Mode, Outcome, Vote
from webapp.ratings.pool import there
from webapp.ratings.rater_list import RaterSummary, summary_of
from webapp.ratings.selectors import SORTS, CampaignCard, EntryPage, EntrySort

MINUTES: Final = 30
SHOWN: Final = 12
# Krippendorff calls .667 the least for tentative conclusions; taste rarely comes near it.
_AGREEING: Final = (
    (0.8, "Raters agree very well"),
    (0.6, "Raters agree well"),
    (0.4, "Raters agree moderately"),
    (0.2, "Raters agree a little"),
    (0.05, "Raters hardly agree"),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is; `saved`: votes that a plain mean would have needed beside.

    Entries with fewer than `VOTES_SAVED` add nothing to it.
    `per_minute`: the last 30 minutes, oldest first.
    """

    votes: int
    wanted: int
    entries: int
    reached: int
    settled: int
    raters: int
    saved: int
    per_day: tuple[tuple[date, int], ...]
    per_minute: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha at a level of measurement, split-half reliability, and both in words."""

    alpha: float | None
    level: str
    words: str
    split_half: float | None
    votes: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything at once. `distribution`: shares over 1 to 10, steps, or outcomes of pairs."""

    campaign: CampaignCard
    progress: Progress
    agreement: Agreement
    distribution: tuple[float, ...]
    raters: RaterSummary
    divisive: EntryPage
    top: EntryPage
    figures: dict[str, Any]
    fused_at: datetime | None
    stale: bool


def dashboard_of(campaign: Campaign, organiser: User) -> Dashboard:
    """Of one's own campaign. As many queries for one entry as for thousands."""
    (card,) = selectors.cards(Campaign.objects.filter(pk=campaign.pk), organiser)
    fusion = Fusion.objects.filter(campaign=campaign).defer("state").first()
    votes = counting_votes(campaign)
    return Dashboard(
        campaign=card,
        progress=_progress(campaign, card, votes, fusion),
        agreement=agreement_of(campaign, fusion),
        distribution=distribution_of(campaign, votes),
        raters=summary_of(campaign),
        divisive=_standing_out(campaign, EntrySort.DIVISIVE, Q(divisive__gt=0)),
        top=_standing_out(campaign, EntrySort.PLACE, Q(place__isnull=False)),
        figures={} if fusion is None else fusion.figures,
        fused_at=None if fusion is None else fusion.fused_at,
        stale=not is_up_to_date(campaign),
    )


def agreement_of(campaign: Campaign, fusion: Fusion | None) -> Agreement:
    """In words that anybody understands."""
    level = level_of(campaign)
    if fusion is None or fusion.alpha is None:
        votes = 0 if fusion is None else fusion.votes
        return Agreement(None, level, "Too few answers to say how well raters agree.", None, votes)
    found = (words for least, words in _AGREEING if fusion.alpha >= least)
    words = next(found, "Raters do not agree")
    return Agreement(
        fusion.alpha, level, f"{words}: alpha {fusion.alpha:.2f}.", fusion.split_half, fusion.votes
    )


def level_of(campaign: Campaign) -> str:
    """Of measurement, for alpha: choices, outcomes and the best of many have no order."""
    choices = campaign.attribute is not None and campaign.attribute.choices
    return "nominal" if choices or campaign.mode in (Mode.PAIRS, Mode.BURST) else "interval"


def distribution_of(campaign: Campaign, votes: QuerySet[Vote]) -> tuple[float, ...]:
    """Shares of the votes that count; empty without any, and of bursts."""
    if campaign.mode == Mode.BURST:
        return ()
    if campaign.mode == Mode.PAIRS:
        said = dict(votes.values_list("outcome").annotate(n=Count("pk")).order_by())
        return _shares([said.get(each, 0) for each in Outcome.values])
    steps = [float(level) for level in range(1, LEVELS + 1)]
    if campaign.attribute is not None:
        steps = [step.value for step in steps_of(campaign.attribute)]
    counts = [0] * len(steps)
    for value, count in votes.values_list("value").annotate(n=Count("pk")).order_by():
        counts[min(range(len(steps)), key=lambda nth: abs(steps[nth] - value))] += count
    return _shares(counts)


def _shares(counts: Sequence[int]) -> tuple[float, ...]:
    total = sum(counts)
    return tuple(count / total for count in counts) if total else ()


def _progress(
    campaign: Campaign, card: CampaignCard, votes: QuerySet[Vote], fusion: Fusion | None
) -> Progress:
    asked = there(campaign).filter(role=EntryRole.ENTRY)
    plain = fusion.plain_noise if fusion is not None else None
    would = Cast(Value((plain or 0.0) ** 2), FloatField()) / (F("sd") * F("sd"))
    tally = asked.aggregate(
        reached=Count("pk", filter=Q(votes__gte=campaign.votes_wanted)),
        saved=Sum(
            Greatest(would - F("fused_votes"), 0.0),
            filter=Q(sd__gt=0, fused_votes__gte=VOTES_SAVED),
        ),
    )
    days = votes.annotate(day=TruncDate("received_at")).values_list("day")
    return Progress(
        votes=card.counts.votes,
        wanted=campaign.votes_wanted * card.counts.entries,
        entries=card.counts.entries,
        reached=tally["reached"],
        settled=card.counts.settled,
        raters=card.counts.raters,
        saved=round(tally["saved"] or 0.0) if plain else 0,
        per_day=tuple(days.annotate(n=Count("pk")).order_by("day")),
        per_minute=_per_minute(votes),
    )


def _per_minute(votes: QuerySet[Vote]) -> tuple[int, ...]:
    now = timezone.now().replace(second=0, microsecond=0)
    since = now - timedelta(minutes=MINUTES - 1)
    recent = votes.filter(received_at__gte=since).annotate(at=TruncMinute("received_at"))
    counted = dict(recent.values_list("at").annotate(n=Count("pk")).order_by())
    return tuple(counted.get(since + timedelta(minutes=nth), 0) for nth in range(MINUTES))


def _standing_out(campaign: Campaign, sort: EntrySort, which: Q) -> EntryPage:
    found = campaign.entries.filter(which, disqualified_at=None).select_related("artwork")
    window: list[Entry] = list(found.order_by(SORTS[sort], "pk")[:SHOWN])
    return selectors.page_of(campaign, window)
