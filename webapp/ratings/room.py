"""All that a rater's answers of one request touch: read before the first, written after the last.

Locks the rater, then assignments, then entries in the order of their ids: no deadlock.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from webapp.ratings import checking
from webapp.ratings.models import Assignment, Entry, Rater, Vote
from webapp.ratings.others import saw_others
from webapp.ratings.statements import KEEP_VOTES, LOCK_ASKED, LOCK_ENTRIES

_COLUMNS: Final = (
    "id", "created_at", "assignment_id", "corrects_id", "kind", "value", "outcome", "best_id",
    "reason", "comment", "dwell_ms", "cast_at", "received_at", "uncounted",
)  # fmt: skip
_COUNTERS: Final = ("votes", "checks_seen", "checks_met", "told_seen", "told_met")


@dataclass(slots=True)
class Room:
    """The rows of a rater, under their locks, and what has changed since they were read.

    `newest` vote and moment of the first by assignment. `seen`: assignments whose rater was told
    before how others answered them. `counted`: change of votes by entry, `mine` of the rater's own
    counters.
    """

    rater: Rater
    now: datetime
    assignments: Mapping[UUID, Assignment]
    entries: Mapping[UUID, Entry]
    newest: dict[UUID, Vote]
    first_at: dict[UUID, datetime]
    seen: frozenset[UUID]
    kept: list[Vote] = field(default_factory=list)
    counted: Counter[UUID] = field(default_factory=Counter)
    mine: Counter[str] = field(default_factory=Counter)

    def keep(self, vote: Vote) -> None:
        """Take it in, as the newest on its question."""
        self.kept.append(vote)
        self.newest[vote.assignment_id] = vote
        self.first_at.setdefault(vote.assignment_id, vote.received_at)


def room_of(rater: Rater, ids: set[UUID]) -> Room:
    """For answers to these assignments; the rater is locked."""
    assignments: dict[UUID, Assignment] = {}
    votes: list[Vote] = []
    values = {"rater": rater.pk, "assignments": list(ids)}
    for row, vote in LOCK_ASKED.rows(values):
        assignment = assignments.setdefault(row.pk, row)
        if vote is not None:
            vote.assignment = assignment
            votes.append(vote)
    asked = {pk: assignments[pk] for pk in ids & assignments.keys()}
    first_at: dict[UUID, datetime] = {}
    for vote in votes:
        first_at.setdefault(vote.assignment_id, vote.received_at)
    return Room(
        rater=rater, now=timezone.now(), assignments=asked, entries=_entries(asked),
        newest={vote.assignment_id: vote for vote in votes}, first_at=first_at,
        seen=saw_others(rater, asked.values(), votes),
    )  # fmt: skip


def _entries(asked: Mapping[UUID, Assignment]) -> dict[UUID, Entry]:
    shown = {pk for each in asked.values() for pk in each.entries}
    found: dict[UUID, Entry] = {}
    for entry, artwork in LOCK_ENTRIES.rows({"entries": list(shown)}):
        entry.artwork = artwork
        found[entry.pk] = entry
    return found


def write(room: Room) -> None:
    """Votes, what they used up, and the counters of entries and rater, in one statement."""
    _count_own(room)
    used = {each.assignment_id: each.assignment for each in room.kept}
    counted = {pk: change for pk, change in room.counted.items() if change}
    values: dict[str, Any] = {
        "campaign": room.rater.campaign_id, "rater": room.rater.pk,
        "assignments": list(used), "answered_at": [each.answered_at for each in used.values()],
        "counted": list(counted), "changes": list(counted.values()),
    }  # fmt: skip
    for name in _COLUMNS:
        values[name] = [getattr(vote, name) for vote in room.kept]
    for name in _COUNTERS:
        values[name] = getattr(room.rater, name)
    with connection.cursor() as cursor:
        cursor.execute(KEEP_VOTES, values)


def _count_own(room: Room) -> None:
    rater = room.rater
    round_before = rater.votes // checking.TOLD_AT
    for name, change in room.mine.items():
        setattr(rater, name, max(0, getattr(rater, name) + change))
    due = rater.checks_seen >= rater.told_seen + checking.TOLD_BY
    if due and rater.votes // checking.TOLD_AT > round_before:
        rater.told_seen, rater.told_met = rater.checks_seen, rater.checks_met
