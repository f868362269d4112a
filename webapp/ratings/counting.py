"""Which votes count: the one selector that standings, dashboards and exports share."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from webapp.ratings.models import (
    Campaign,
    CampaignState,
    EntryRole,
    Purpose,
    Rater,
    Vote,
    VoteKind,
)
from webapp.ratings.pool import out, there

ENDED = frozenset({CampaignState.CLOSED, CampaignState.REVEALED})


def counting_votes(campaign: Campaign) -> QuerySet[Vote]:
    """The last word of each rater on each question, as far as it counts for the pictures.

    Left out: skips, what was taken back, came late or lost its picture; repeats, which tell of the
    rater only; quarantined raters, and after the end those who did not vote enough; entries that
    were disqualified or whose artwork is gone.
    """
    return Vote.objects.filter(counts(campaign), campaign=campaign)


def counts(campaign: Campaign) -> Q:
    """Whether a vote of the campaign is one of `counting_votes`."""
    said = ~Q(kind__in=[VoteKind.SKIP, VoteKind.WITHDRAWN])
    last = Q(corrected_by=None, uncounted="", rater__quarantined_at=None)
    fresh = ~Q(assignment__purpose=Purpose.REPEAT)
    shown = ~Q(assignment__entries__overlap=out(campaign))
    void = void_raters(campaign)
    return said & last & fresh & shown & (~Q(rater__in=void) if void else Q())


def void_raters(*campaigns: Campaign) -> list[UUID]:
    """Raters whose votes do not count because they gave too few. Nobody before the end.

    In two queries, however many campaigns there are.
    """
    now = timezone.now()
    ended = {
        each.pk: each for each in campaigns if each.must_vote_share and each.state_at(now) in ENDED
    }
    if not ended:
        return []
    votable = _votable(list(ended.values()))
    raters = Rater.objects.filter(campaign__in=ended).values_list("pk", "campaign", "user", "votes")
    return [
        pk
        for pk, campaign, user, votes in raters
        if votes < must_vote(ended[campaign], votable(campaign, user))
    ]


def _votable(campaigns: Sequence[Campaign]) -> Callable[[UUID, int | None], int]:
    """How many entries of a campaign somebody may vote on: all but their own."""
    entries = there(*campaigns).filter(role=EntryRole.ENTRY)
    total: Counter[UUID] = Counter()
    own: Counter[tuple[UUID, int]] = Counter()
    for campaign, owner, submitter in entries.values_list(
        "campaign", "artwork__owner", "submitted_by"
    ):
        total[campaign] += 1
        own.update((campaign, user) for user in {owner, submitter} - {None})
    return lambda campaign, user: total[campaign] - (0 if user is None else own[campaign, user])


def must_vote(campaign: Campaign, votable: int) -> int:
    """On how many of the entries that one may vote on one must, so that votes count."""
    return math.ceil(campaign.must_vote_share * votable - 1e-9)


_RECOUNT_ENTRIES = """
UPDATE ratings_entry AS entry SET votes = coalesce(counted.votes, 0)
FROM ratings_entry AS each LEFT JOIN (
    SELECT shown, count(*) AS votes
    FROM ratings_vote AS vote
    JOIN ratings_assignment AS asked ON asked.id = vote.assignment_id
    JOIN ratings_rater AS rater ON rater.id = vote.rater_id
    CROSS JOIN unnest(asked.entries) AS shown
    WHERE vote.campaign_id = %(campaign)s AND vote.uncounted = ''
        AND vote.kind NOT IN ('skip', 'withdrawn') AND asked.purpose <> 'repeat'
        AND rater.quarantined_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM ratings_vote AS later WHERE later.corrects_id = vote.id)
    GROUP BY shown
) AS counted ON counted.shown = each.id
WHERE each.id = entry.id AND entry.campaign_id = %(campaign)s
    AND entry.votes <> coalesce(counted.votes, 0)
"""
_RECOUNT_RATERS = """
UPDATE ratings_rater AS rater SET votes = coalesce(counted.votes, 0)
FROM ratings_rater AS each LEFT JOIN (
    SELECT vote.rater_id, count(*) AS votes
    FROM ratings_vote AS vote
    JOIN ratings_assignment AS asked ON asked.id = vote.assignment_id
    WHERE vote.campaign_id = %(campaign)s AND vote.uncounted = ''
        AND vote.kind NOT IN ('skip', 'withdrawn') AND asked.purpose <> 'repeat'
        AND NOT EXISTS (SELECT 1 FROM ratings_vote AS later WHERE later.corrects_id = vote.id)
    GROUP BY vote.rater_id
) AS counted ON counted.rater_id = each.id
WHERE each.id = rater.id AND rater.campaign_id = %(campaign)s
    AND rater.votes <> coalesce(counted.votes, 0)
"""


@transaction.atomic
def recount(campaign: Campaign) -> None:
    """Set the counters of entries and raters to what the votes say, after many changed at once.

    Locks raters, then entries, as voting does.
    """
    lock_all(campaign)
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT_RATERS, {"campaign": campaign.pk})
        cursor.execute(_RECOUNT_ENTRIES, {"campaign": campaign.pk})


def lock_all(campaign: Campaign) -> None:
    """Nobody votes in this campaign until the end of the transaction."""
    list(campaign.raters.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    lock_entries(campaign)


def lock_entries(campaign: Campaign) -> None:
    """In the order in which voting locks them."""
    list(campaign.entries.order_by("pk").select_for_update(no_key=True).values_list("pk"))
