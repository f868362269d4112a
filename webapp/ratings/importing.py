"""Old votes from a table: each row once, however often the table comes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from webapp.common.errors import Conflict
from webapp.events.publish import tell_campaign
from webapp.ratings.fusions import ask_for_fusion
from webapp.ratings.models import Campaign, CampaignState, Mode, Rater, Vote, VoteKind
from webapp.ratings.pseudonyms import pseudonym
from webapp.ratings.vote_table import OldVote, RefusedRow, VoteTable, read_table

BULK: Final = 5000
KINDS: Final = {Mode.SCORE: VoteKind.SCORE, Mode.ATTRIBUTE: VoteKind.ATTRIBUTE}


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a table; of the refused rows the first hundred."""

    read: int
    added: int
    already: int
    refused: tuple[RefusedRow, ...]
    raters: int


def import_votes(campaign: Campaign, table: Iterable[str]) -> Imported:
    """Keep the votes of a CSV with the columns rater, file or artwork, vote, perhaps at, comment.

    Raters become raters without an account, under pseudonyms; the names of the table are not
    kept. Idempotent. Raises BadTable for one without the columns, TooManyRows, Conflict after the
    reveal and for modes without votes on single pictures.
    """
    _require_taking(campaign)
    return _keep(campaign, read_table(campaign, table))


def _require_taking(campaign: Campaign) -> None:
    if campaign.mode not in KINDS:
        raise Conflict("Only votes on single pictures are imported.", code="no_single_votes")
    if campaign.state is CampaignState.REVEALED:
        raise Conflict("The results are out; no votes come after.", code="revealed")


@transaction.atomic
def _keep(campaign: Campaign, read: VoteTable) -> Imported:
    """Holds the campaign and the raters of the table, and the entries for the last moment alone.

    Raters before entries, as voting does. Who votes meanwhile hardly waits.
    """
    found = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    _require_taking(found)
    earlier = _earlier(found)
    known = {pk: earlier[pk] for pk in read.rows if pk in earlier}
    for pk, value in known.items():
        row = read.rows.pop(pk)
        if value != row.value:
            text = f"This rater gave it {value:g} in an earlier import."
            read.refuse(row.line, "already_voted", text)
    rows = list(read.rows.values())
    fresh = 0
    if rows:
        fresh = _new_raters(found, {row.rater for row in rows})
        silent = _held(found, {row.rater for row in rows})
        _store(found, rows)
        _count(rows, silent)
        ask_for_fusion(found)
        tell_campaign(found.pk)
    return Imported(read.total, len(rows), len(known), tuple(read.refused), fresh)


def _earlier(campaign: Campaign) -> dict[UUID, float | None]:
    """Votes of earlier imports, by assignment."""
    votes = Vote.objects.filter(campaign=campaign, rater__user=None, rater__consented_at=None)
    return dict(votes.values_list("assignment_id", "value"))


def _new_raters(campaign: Campaign, wanted: set[UUID]) -> int:
    """Raters without an account and without consent for those that are not there yet."""
    known = dict(campaign.raters.values_list("pk", "pseudonym"))
    taken = set(known.values())
    fresh = []
    for pk in sorted(wanted - known.keys()):
        name = pseudonym(taken)
        taken.add(name)
        fresh.append(Rater(pk=pk, campaign=campaign, pseudonym=name))
    Rater.objects.bulk_create(fresh, batch_size=BULK)
    return len(fresh)


def _held(campaign: Campaign, wanted: set[UUID]) -> set[UUID]:
    """Locks these raters; those of them whose votes do not count for pictures."""
    imported = campaign.raters.filter(user=None, consented_at=None).order_by("pk")
    rows = imported.filter(pk__in=wanted).select_for_update(no_key=True)
    return {pk for pk, at in rows.values_list("pk", "quarantined_at") if at is not None}


_STORE = """
WITH said AS (
    SELECT * FROM unnest(
        %(assignment)s::uuid[], %(rater)s::uuid[], %(entry)s::uuid[], %(value)s::float8[],
        %(at)s::timestamptz[], %(comment)s::text[]
    ) AS each (assignment, rater, entry, value, at, comment)
), asked AS (
    INSERT INTO ratings_assignment
        (id, created_at, rater_id, entries, purpose, expires_at, answered_at)
    SELECT assignment, %(now)s, rater, ARRAY[entry], 'fresh', %(now)s, at FROM said
)
INSERT INTO ratings_vote
    (id, created_at, campaign_id, rater_id, assignment_id, kind, value, outcome, reason, comment,
    cast_at, received_at, uncounted)
SELECT gen_random_uuid(), %(now)s, %(campaign)s, rater, assignment, %(kind)s, value, '', '',
    comment, at, %(now)s, ''
FROM said
"""


def _store(campaign: Campaign, rows: list[OldVote]) -> None:
    """One statement for some thousand rows: making objects of them takes ten times as long."""
    now = timezone.now()
    for start in range(0, len(rows), BULK):
        part = rows[start : start + BULK]
        values: dict[str, Any] = {
            "assignment": [str(row.assignment) for row in part],
            "rater": [str(row.rater) for row in part], "entry": [str(row.entry) for row in part],
            "value": [row.value for row in part], "at": [row.at or now for row in part],
            "comment": [row.comment for row in part], "campaign": campaign.pk, "now": now,
            "kind": KINDS[Mode(campaign.mode)].value,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_STORE, values)


_COUNT = """
WITH more AS (SELECT * FROM unnest(%s::uuid[], %s::int[]) AS each (id, votes)),
held AS (
    SELECT row.id, more.votes FROM {table} AS row JOIN more ON more.id = row.id
    ORDER BY row.id FOR NO KEY UPDATE OF row
)
UPDATE {table} AS row SET votes = row.votes + held.votes FROM held WHERE held.id = row.id
"""


def _count(rows: list[OldVote], silent: set[UUID]) -> None:
    """Add the votes to the counters of their raters, then of their entries."""
    raters = Counter(row.rater for row in rows)
    entries = Counter(row.entry for row in rows if row.rater not in silent)
    with connection.cursor() as cursor:
        for table, more in (("ratings_rater", raters), ("ratings_entry", entries)):
            ids = [str(pk) for pk in more]
            cursor.execute(_COUNT.format(table=table), [ids, list(more.values())])
