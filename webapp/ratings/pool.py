"""Which entries of a campaign a rater may be asked about, and in which order.

`ml.contracts.crowd` says what a vote is expected to teach: the more, the less is known of a
picture. With one noise for all votes that is the order of what is unknown, `sd_after`, so the
database can sort by it; the test of this file holds the two together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Q, QuerySet

from webapp.ratings.models import Campaign, Entry, EntryRole, Rater, Sampling

UNKNOWN_SD: Final = 2.0  # of a picture's mean when nobody has said anything, in points
TYPICAL_NOISE: Final = 1.4  # of a vote until the crowd's own is known, in points
NOBODY: Final = 0  # stands for the account of a guest: no row has it
PROMISED_FOR: Final = timedelta(minutes=10)  # how long a question somebody holds counts as asked


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be asked about; `sd` of its mean in points, with what is on its way."""

    id: UUID
    burst: int | None
    mean: float
    sd: float


def askable(rater: Rater) -> QuerySet[Entry]:
    """What can be shown to this rater at all: no examples, nothing gone, nothing of their own."""
    found = there(rater.campaign).filter(role=EntryRole.ENTRY)
    if rater.user_id is None:
        return found
    return found.exclude(artwork__owner=rater.user_id).exclude(submitted_by=rater.user_id)


def there(*campaigns: Campaign) -> QuerySet[Entry]:
    """Entries whose picture can be shown and that were not disqualified."""
    return Entry.objects.filter(
        campaign__in=campaigns,
        disqualified_at=None,
        artwork__isnull=False,
        artwork__deleted_at=None,
    )


def out(campaign: Campaign) -> ArraySubquery:
    """Ids of the entries that are not `there`."""
    lost = Q(artwork=None) | Q(artwork__deleted_at__isnull=False)
    found = Entry.objects.filter(lost | Q(disqualified_at__isnull=False), campaign=campaign)
    return ArraySubquery(found.values("pk"))


_POOL = """
WITH promised AS (
    SELECT entry, count(*) AS votes
    FROM ratings_rater AS rater
    JOIN ratings_assignment AS asked ON asked.rater_id = rater.id
    CROSS JOIN unnest(asked.entries) AS entry
    WHERE rater.campaign_id = %(campaign)s AND asked.answered_at IS NULL
        AND asked.expires_at > %(now)s AND asked.created_at > %(since)s
    GROUP BY entry
),
seen AS (
    SELECT DISTINCT entry
    FROM ratings_assignment AS asked CROSS JOIN unnest(asked.entries) AS entry
    WHERE asked.rater_id = %(rater)s
        AND (asked.answered_at IS NOT NULL OR asked.expires_at > %(now)s)
),
counted AS MATERIALIZED (  -- a full join is hashed, an outer one to a guessed single row is not
    SELECT entry.*, coalesce(promised.votes, 0) AS promised
    FROM (
        SELECT * FROM ratings_entry
        WHERE campaign_id = %(campaign)s AND role = 'entry' AND disqualified_at IS NULL
    ) AS entry
    FULL JOIN promised ON promised.entry = entry.id
),
pool AS (
    SELECT entry.id, entry.burst, coalesce(entry.mean, entry.prior_mean, 5.5) AS mean,
        coalesce(entry.sd, entry.prior_sd, %(unknown)s) AS sd,
        entry.votes + promised AS votes, entry.fused_votes
    FROM counted AS entry
    CROSS JOIN LATERAL (
        SELECT owner_id, deleted_at FROM catalogue_artwork WHERE id = entry.artwork_id OFFSET 0
    ) AS artwork  -- by its key, whatever the planner believes about tables that have just grown
    WHERE artwork.deleted_at IS NULL
        AND artwork.owner_id IS DISTINCT FROM %(user)s
        AND entry.submitted_by_id IS DISTINCT FROM %(user)s
        AND NOT (entry.settled AND entry.votes >= %(wanted)s)
        AND (%(again)s OR entry.id NOT IN (SELECT entry FROM seen))
        AND (entry.burst IS NOT NULL OR NOT %(bursts)s)
)
SELECT id, burst, mean,
    sd / sqrt(1 + greatest(votes - fused_votes, 0) * (sd / %(noise)s) ^ 2) AS sd
FROM pool
"""
_ORDERS = {
    Sampling.ACTIVE: "ORDER BY greatest(%(wanted)s - votes, 0) DESC, 4 DESC, random()",
    Sampling.RANDOM: "ORDER BY random()",
}


def candidates(
    rater: Rater, now: datetime, *, most: int, again: bool = False, bursts: bool = False
) -> list[Candidate]:
    """Unsettled entries that the rater may be asked about, the most wanted first. One query.

    ``again``: also those that they were asked about before. ``bursts``: only members of one.
    """
    campaign = rater.campaign
    values: dict[str, Any] = {
        "campaign": campaign.pk, "rater": rater.pk, "user": rater.user_id or NOBODY, "now": now,
        "since": now - PROMISED_FOR, "unknown": UNKNOWN_SD, "noise": noise_of(campaign),
        "wanted": campaign.votes_wanted, "again": again, "bursts": bursts, "most": most,
    }  # fmt: skip
    with connection.cursor() as cursor:
        order = _ORDERS[Sampling(campaign.sampling)]
        cursor.execute(f"{_POOL} {order} LIMIT %(most)s", values)
        return [Candidate(*row) for row in cursor.fetchall()]


def noise_of(campaign: Campaign) -> float:
    """Of one typical vote, in points."""
    fusion = getattr(campaign, "fusion", None)
    return (fusion.noise if fusion is not None else None) or TYPICAL_NOISE
