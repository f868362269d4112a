"""Checks that are mixed in: pictures whose place is known, and questions asked twice."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from webapp.ratings.models import (
    Assignment,
    Campaign,
    Entry,
    Mode,
    Outcome,
    Purpose,
    Rater,
    Vote,
    VoteKind,
)
from webapp.ratings.pool import askable, noise_of, out

BETWEEN: Final = 10  # other answers between a question and its repeat
KNOWN_WELL: Final = 15  # votes that make a settled picture a check by itself
CAREFUL: Final = 2.0  # how far a careful rater may be from a picture's mean, in noises of a vote
TOLD_BY: Final = 5  # checks are told that many or more at a time,
TOLD_AT: Final = 10  # and when somebody has given so many more votes: it was not this very vote


def gold_entry(rater: Rater) -> UUID | None:
    """A picture that is known well and not yet asked of this rater; None: no such."""
    campaign = rater.campaign
    known = Q(gold_low__isnull=False) | Q(
        settled=True, votes__gte=max(KNOWN_WELL, campaign.votes_wanted)
    )
    before = Assignment.objects.filter(rater=rater, entries__contains=[OuterRef("pk")])
    held = Q(answered_at__isnull=False) | Q(expires_at__gt=timezone.now())
    fresh = askable(rater).filter(known).exclude(Exists(before.filter(held)))
    return fresh.order_by("?").values_list("pk", flat=True).first()


def repeated(rater: Rater) -> list[UUID] | None:
    """What the rater answered a while ago and was not asked again since; None: no such."""
    given = Vote.objects.filter(assignment=OuterRef("pk"), corrected_by=None)
    voted = given.exclude(kind__in=[VoteKind.SKIP, VoteKind.WITHDRAWN])
    mine = Assignment.objects.filter(rater=rater, answered_at__isnull=False)
    while_ago = mine.order_by("-answered_at").values_list("answered_at", flat=True)
    limit = while_ago[BETWEEN : BETWEEN + 1].first()
    if limit is None:
        return None
    again = Assignment.objects.filter(rater=rater, purpose=Purpose.REPEAT)
    done = {frozenset(entries) for entries in again.values_list("entries", flat=True)}
    old = mine.filter(Exists(voted), answered_at__lt=limit + timedelta(microseconds=1))
    old = old.exclude(purpose=Purpose.REPEAT).exclude(entries__overlap=out(rater.campaign))
    rows = old.order_by("?").values_list("entries", flat=True)[: len(done) + 1]
    return next((entries for entries in rows if frozenset(entries) not in done), None)


def agrees(campaign: Campaign, shown: list[Entry], vote: Vote) -> bool | None:
    """Whether an answer to a check is what a careful rater says; None: it says nothing."""
    if vote.kind in (VoteKind.SCORE, VoteKind.ATTRIBUTE) and vote.value is not None:
        low, high = expected(campaign, shown[0])
        return low <= vote.value <= high
    if vote.kind == VoteKind.PAIR and campaign.mode == Mode.PAIRS:
        left, right = shown
        better = Outcome.LEFT if (left.mean or 0) > (right.mean or 0) else Outcome.RIGHT
        return vote.outcome == better
    return None


def expected(campaign: Campaign, entry: Entry) -> tuple[float, float]:
    """From where to where a careful answer lies, in the units of a vote."""
    if entry.gold_low is not None and entry.gold_high is not None:
        return entry.gold_low, entry.gold_high
    away = CAREFUL * noise_of(campaign)
    mean = entry.mean if entry.mean is not None else 5.5
    low, high = mean - away, mean + away
    if campaign.attribute is None:
        return low, high
    scale = campaign.attribute
    points = (scale.high - scale.low) / 9
    return scale.low + (low - 1) * points, scale.low + (high - 1) * points
