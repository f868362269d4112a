"""How far a rater and their campaign are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from webapp.ratings.counting import must_vote
from webapp.ratings.enough import VOTES_SAVED
from webapp.ratings.models import Mode, Rater
from webapp.ratings.pool import NOBODY

ROUGHLY: Final = 5  # `left` goes down by so many: no answer shows whether it was to a repeat


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    needed: int
    done: int


@dataclass(frozen=True, slots=True)
class Checks:
    """How many checks came and were met; told five or more at a time."""

    seen: int
    met: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The campaign as a whole, with all answers of this rater in `votes`.

    `saved`: votes that a plain mean would have needed beside, as of the last weighing.
    """

    votes: int
    entries: int
    settled: int
    saved: int
    raters: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A rater's own: answers, skips, what was not asked yet, and the limits they have.

    Says nothing of which answers were to repeats: `mine` has them all, `left` is rounded up to a
    multiple of five, at most `votable`.
    """

    mine: int
    skipped: int
    left: int
    votable: int
    cap: int | None
    must: Share | None
    checks: Checks | None
    campaign: Totals


_PROGRESS = """
WITH seen AS (
    SELECT DISTINCT shown
    FROM ratings_assignment AS asked CROSS JOIN unnest(asked.entries) AS shown
    WHERE asked.rater_id = %(rater)s AND asked.answered_at IS NOT NULL
),
raters AS (
    SELECT count(*) AS raters,
        coalesce(sum(votes) FILTER (WHERE quarantined_at IS NULL AND id <> %(rater)s), 0) AS votes
    FROM ratings_rater WHERE campaign_id = %(campaign)s
),
answered AS (
    SELECT count(*) FILTER (WHERE vote.kind = 'skip') AS skipped,
        count(*) FILTER (WHERE vote.kind NOT IN ('skip', 'withdrawn')) AS mine
    FROM ratings_vote AS vote
    WHERE vote.rater_id = %(rater)s
        AND NOT EXISTS (SELECT 1 FROM ratings_vote AS later WHERE later.corrects_id = vote.id)
),
entries AS (
    SELECT entry.fused_votes AS votes, entry.sd, entry.settled, entry.burst,
        artwork.owner_id IS DISTINCT FROM %(user)s
            AND entry.submitted_by_id IS DISTINCT FROM %(user)s AS votable,
        entry.id IN (SELECT shown FROM seen) AS seen
    FROM ratings_entry AS entry
    CROSS JOIN LATERAL (
        SELECT owner_id, deleted_at FROM catalogue_artwork WHERE id = entry.artwork_id OFFSET 0
    ) AS artwork  -- by its key, whatever the planner believes about tables that have just grown
    WHERE entry.campaign_id = %(campaign)s AND entry.role = 'entry'
        AND entry.disqualified_at IS NULL AND artwork.deleted_at IS NULL
)
SELECT %(rater)s::uuid, (SELECT mine FROM answered), (SELECT skipped FROM answered),
    {questions} FILTER (WHERE votable AND NOT seen), {questions} FILTER (WHERE votable),
    (SELECT votes FROM raters), count(*), count(*) FILTER (WHERE settled),
    coalesce(sum(greatest((%(plain)s / nullif(sd, 0)) ^ 2 - votes, 0))
        FILTER (WHERE votes >= %(enough)s), 0),
    (SELECT raters FROM raters)
FROM entries
"""
_OF_PICTURES: Final = _PROGRESS.format(questions="count(*)")
_OF_BURSTS: Final = _PROGRESS.format(questions="count(DISTINCT burst)")


def progress_of(rater: Rater) -> Progress:
    """One query; the rater comes with campaign and fusion."""
    return progress_of_each([rater])[rater.pk]


def progress_of_each(raters: Sequence[Rater]) -> dict[UUID, Progress]:
    """The same of many, in one query."""
    if not raters:
        return {}
    with connection.cursor() as cursor:
        asked = (cursor.mogrify(_text(rater), _values(rater)).decode() for rater in raters)
        cursor.execute(" UNION ALL ".join(f"({query})" for query in asked))
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    return {rater.pk: _progress(rater, *found[rater.pk]) for rater in raters}


def _text(rater: Rater) -> str:
    return _OF_BURSTS if rater.campaign.mode == Mode.BURST else _OF_PICTURES


def _values(rater: Rater) -> dict[str, Any]:
    campaign = rater.campaign
    fusion = getattr(campaign, "fusion", None)
    return {
        "campaign": str(campaign.pk), "rater": str(rater.pk), "user": rater.user_id or NOBODY,
        "plain": None if fusion is None else fusion.plain_noise, "enough": VOTES_SAVED,
    }  # fmt: skip


def _progress(
    rater: Rater, mine: int, skipped: int, left: int, votable: int, votes: int, entries: int,
    settled: int, saved: float, raters: int,
) -> Progress:  # fmt: skip
    campaign = rater.campaign
    must = None
    if campaign.must_vote_share:
        must = Share(must_vote(campaign, votable), rater.votes)
    checks = Checks(rater.told_seen, rater.told_met) if rater.told_seen else None
    totals = Totals(int(votes) + mine, entries, settled, round(saved), raters)
    cap = campaign.most_per_rater
    roughly = min(-(-left // ROUGHLY) * ROUGHLY, votable)
    return Progress(mine, skipped, roughly, votable, cap, must, checks, totals)
