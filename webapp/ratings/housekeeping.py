"""What runs every few minutes for campaigns: weigh what was forgotten, count what is wrong."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from webapp.jobs.findings import Check, Finding, examine
from webapp.ratings.counting import recount
from webapp.ratings.fusions import ask_for_fusion, forgotten, fuse_afresh
from webapp.ratings.models import Assignment, Campaign

logger = logging.getLogger(__name__)

KEPT: Final = timedelta(days=30)  # a question that nobody answered, after it expired

# Each vote that counts adds one to its rater and to every entry that it is about. Counters go
# apart when somebody's account is deleted: their rater goes with it, and their votes. Bursts have
# any size, so of those the votes are counted.
_MISCOUNTED = """
SELECT campaign.id
FROM ratings_campaign AS campaign
LEFT JOIN LATERAL (
    SELECT coalesce(sum(votes), 0) AS votes FROM ratings_entry WHERE campaign_id = campaign.id
) AS entry ON TRUE
LEFT JOIN LATERAL (
    SELECT coalesce(sum(votes), 0) AS votes FROM ratings_rater
    WHERE campaign_id = campaign.id AND quarantined_at IS NULL
) AS rater ON TRUE
WHERE entry.votes <> CASE campaign.mode
    WHEN 'pairs' THEN rater.votes * 2
    WHEN 'burst' THEN (
        SELECT coalesce(sum(cardinality(asked.entries)), 0)
        FROM ratings_vote AS vote
        JOIN ratings_assignment AS asked ON asked.id = vote.assignment_id
        JOIN ratings_rater AS by ON by.id = vote.rater_id
        WHERE vote.campaign_id = campaign.id AND vote.kind = 'best' AND vote.uncounted = ''
            AND asked.purpose <> 'repeat' AND by.quarantined_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM ratings_vote AS later WHERE later.corrects_id = vote.id)
    )
    ELSE rater.votes
END
"""


def tidy_campaigns() -> list[Finding]:
    """One round; what was found, mended. Safe to run twice, and beside itself."""
    findings = examine(CAMPAIGNS, mending=True)
    for finding in findings:
        logger.warning("%s: %s (%d)", finding.code, finding.text, finding.count)
    before = timezone.now() - KEPT
    Assignment.objects.filter(expires_at__lt=before, answered_at=None, given=None).delete()
    return findings


def _miscounted() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_MISCOUNTED)
        return [row[0] for row in cursor.fetchall()]


def _count_again(broken: Sequence[UUID]) -> int:
    for campaign in Campaign.objects.filter(pk__in=broken):
        recount(campaign)
        if campaign.published_at is not None:
            fuse_afresh(campaign)
    return len(broken)


def _weigh(broken: Sequence[UUID]) -> int:
    found = Campaign.objects.filter(pk__in=broken, published_at__isnull=False)
    for campaign in found:
        ask_for_fusion(campaign)
    return len(broken)


MISCOUNTED = Check(
    "miscounted", "campaigns have counters that their votes do not explain",
    _miscounted, _count_again,
)  # fmt: skip
UNWEIGHED = Check(
    "unweighed", "campaigns have votes or rulings that are in no standing and nobody is asked to",
    forgotten, _weigh,
)  # fmt: skip

CAMPAIGNS = (MISCOUNTED, UNWEIGHED)
