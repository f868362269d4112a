"""Keep what raters answer: each question once, nothing lost, nothing counted twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from webapp.ratings import checking
from webapp.ratings.answers import Answer, misfit
from webapp.ratings.assigning import locked
from webapp.ratings.fusions import vote_came
from webapp.ratings.models import (
    Assignment,
    CampaignState,
    Entry,
    Purpose,
    Rater,
    Uncounted,
    Vote,
    VoteKind,
)
from webapp.ratings.others import saw_others
from webapp.ratings.tokens import ticket_of
from webapp.ratings.told import Status, Told, told_of

UNDO_FOR: Final = timedelta(minutes=2)
UNSAID: Final = (VoteKind.SKIP, VoteKind.WITHDRAWN)


@dataclass(slots=True)
class _Room:
    """Everything that a rater's answers of one request touch, read before the first of them."""

    rater: Rater
    now: datetime
    assignments: Mapping[UUID, Assignment]
    entries: Mapping[UUID, Entry]
    newest: dict[UUID, Vote]  # by assignment
    first_at: dict[UUID, datetime]
    seen: frozenset[UUID]  # assignments: their rater was told before how others answered them
    counted: Counter[UUID] = field(default_factory=Counter)  # change of votes by entry
    mine: Counter[str] = field(default_factory=Counter)  # change of the rater's own counters


def record(mine: Q, answers: Sequence[Answer]) -> tuple[list[Told], Rater | None]:
    """Keep the answers of one person; what became of each. ``mine`` filters the raters they are.

    The rater that is returned is the one of the last sound token. Sending the same again changes
    nothing and is told the same again.
    """
    tickets = [ticket_of(answer.token) for answer in answers]
    used = sorted({each.rater for each in tickets if each is not None})
    told: dict[int, Told] = {}
    last: Rater | None = None
    for rater_id in used:
        part = {
            nth: (each.assignment, answers[nth])
            for nth, each in enumerate(tickets)
            if each is not None and each.rater == rater_id
        }
        rater, heard = _record_of(rater_id, mine, part)
        told |= heard
        last = rater or last
    for nth, ticket in enumerate(tickets):
        if nth not in told:
            told[nth] = _foreign(answers[nth].token, forged=ticket is None)
    return [told[nth] for nth in range(len(answers))], last


def _foreign(token: str, *, forged: bool) -> Told:
    if forged:
        return Told(token, Status.REFUSED, "bad_token", "This question was not asked by us.")
    return Told(token, Status.REFUSED, "not_yours", "This question was asked of somebody else.")


@transaction.atomic
def _record_of(
    rater_id: UUID, mine: Q, answers: Mapping[int, tuple[UUID, Answer]]
) -> tuple[Rater | None, dict[int, Told]]:
    """Nothing for the rater of somebody else.

    Locks the rater, then assignments, then entries in the order of their ids: no deadlock.
    """
    rater = locked(rater_id, mine)
    if rater is None:
        return None, {}
    room = _read(rater, {assignment for assignment, _ in answers.values()})
    told = {nth: _take(room, pk, answer) for nth, (pk, answer) in answers.items()}
    if any(each.status is not Status.REFUSED and each.code != "again" for each in told.values()):
        _count(room)
        vote_came(rater.campaign)
    return rater, told


def _read(rater: Rater, ids: set[UUID]) -> _Room:
    found = Assignment.objects.filter(pk__in=ids, rater=rater)
    assignments = {each.pk: each for each in found}
    shown = {pk for each in assignments.values() for pk in each.entries}
    locked_entries = Entry.objects.select_related("artwork").select_for_update(
        of=("self",), no_key=True
    )
    entries = {each.pk: each for each in locked_entries.filter(pk__in=shown).order_by("pk")}
    answered = [each.pk for each in assignments.values()]
    newest: dict[UUID, Vote] = {}
    first_at: dict[UUID, datetime] = {}
    for vote in Vote.objects.filter(assignment__in=answered).order_by("received_at", "created_at"):
        vote.assignment = assignments[vote.assignment_id]
        newest[vote.assignment_id] = vote
        first_at.setdefault(vote.assignment_id, vote.received_at)
    seen = saw_others(rater, assignments.values())
    return _Room(rater, timezone.now(), assignments, entries, newest, first_at, seen)


def _take(room: _Room, assignment_id: UUID, answer: Answer) -> Told:
    """One answer. Later ones of the same request see what it changed."""
    assignment = room.assignments.get(assignment_id)
    if assignment is None:  # its rater had their data erased meanwhile
        return _foreign(answer.token, forged=True)
    refused = _refusal(room, assignment, answer)
    if refused is not None:
        return refused
    before = room.newest.get(assignment_id)
    vote = _vote(room, assignment, answer, before)
    if not _claim(assignment, vote, before, room.now):
        text = "This question was answered from elsewhere at the same moment."
        return Told(answer.token, Status.REFUSED, "already_voted", text)
    vote.save(force_insert=True)
    room.newest[assignment_id] = vote
    room.first_at.setdefault(assignment_id, vote.received_at)
    _tally(room, assignment, before, -1)
    _tally(room, assignment, vote, +1)
    return told_of(answer.token, vote)


def _refusal(room: _Room, assignment: Assignment, answer: Answer) -> Told | None:
    """Why the answer is not taken, or the same outcome again for one that was."""
    before = room.newest.get(assignment.pk)
    if before is not None and _same(before, answer):
        return told_of(answer.token, before, again=True)
    problem = (
        misfit(answer, assignment, room.rater.campaign)
        or _own(room, assignment)
        or _gone(room, answer)
    )
    if problem is None and before is None:
        problem = _unfit_first(room, assignment, answer)
    elif problem is None and before is not None:
        problem = _unfit_correction(room, assignment, answer, before)
    return Told(answer.token, Status.REFUSED, *problem) if problem else None


def _unfit_first(room: _Room, assignment: Assignment, answer: Answer) -> tuple[str, str] | None:
    if answer.kind == VoteKind.WITHDRAWN:
        return "wrong_kind", "There is no vote here to take back."
    if assignment.expires_at <= room.now:
        return "expired", "This question waited too long. You may be asked it again."
    return None


def _unfit_correction(
    room: _Room, assignment: Assignment, answer: Answer, before: Vote
) -> tuple[str, str] | None:
    if before.kind == VoteKind.WITHDRAWN:
        return _unfit_first(room, assignment, answer)
    if not answer.correct and answer.kind != VoteKind.WITHDRAWN:
        return "already_voted", "You have answered this question. Undo it first."
    if room.now - room.first_at[assignment.pk] > UNDO_FOR:
        return "too_late_to_correct", "A vote can be undone for two minutes."
    if not before.uncounted and _uncounted(room, assignment):
        return "too_late_to_correct", "Voting on it is over: what you said stands."
    return None


def _own(room: _Room, assignment: Assignment) -> tuple[str, str] | None:
    user = room.rater.user_id
    shown = [room.entries[pk] for pk in assignment.entries if pk in room.entries]
    owners = {each.artwork.owner_id for each in shown if each.artwork is not None}
    if user is not None and user in owners | {each.submitted_by_id for each in shown}:
        return "own_picture", "Nobody votes on a picture of their own."
    return None


def _gone(room: _Room, answer: Answer) -> tuple[str, str] | None:
    if answer.best is not None and answer.best not in room.entries:
        return "picture_gone", "The picture was taken out, so it cannot be the best."
    return None


def _same(vote: Vote, answer: Answer) -> bool:
    said = (answer.kind, answer.value, answer.outcome or "", answer.best, answer.reason or "")
    return (vote.kind, vote.value, vote.outcome, vote.best_id, vote.reason) == said


def _vote(room: _Room, assignment: Assignment, answer: Answer, before: Vote | None) -> Vote:
    looked = int((room.now - assignment.created_at) / timedelta(milliseconds=1))
    said = answer.cast_at or room.now
    return Vote(
        campaign=room.rater.campaign, rater=room.rater, assignment=assignment, corrects=before,
        kind=answer.kind, value=answer.value, outcome=answer.outcome or "", best_id=answer.best,
        reason=answer.reason or "", comment=answer.comment,
        dwell_ms=None if answer.dwell_ms is None else max(0, min(answer.dwell_ms, looked)),
        cast_at=min(max(said, assignment.created_at), room.now), received_at=room.now,
        uncounted=_uncounted(room, assignment) or _seen(room, assignment, answer),
    )  # fmt: skip


def _uncounted(room: _Room, assignment: Assignment) -> str:
    if room.rater.campaign.state_at(room.now) is not CampaignState.OPEN:
        return Uncounted.LATE
    for pk in assignment.entries:
        entry = room.entries.get(pk)
        if entry is None or entry.artwork is None or entry.artwork.deleted_at is not None:
            return Uncounted.PICTURE_GONE
    return ""


def _seen(room: _Room, assignment: Assignment, answer: Answer) -> str:
    """Who knows the crowd's answer could follow it."""
    said = answer.kind not in UNSAID
    return Uncounted.SEEN if said and assignment.pk in room.seen else ""


def _claim(assignment: Assignment, vote: Vote, before: Vote | None, now: datetime) -> bool:
    """Use the token up, unless somebody was faster; taking a vote back makes it good again."""
    free = before is None or before.kind == VoteKind.WITHDRAWN
    answered_at = None if vote.kind == VoteKind.WITHDRAWN else now
    unused = Assignment.objects.filter(pk=assignment.pk, answered_at__isnull=free)
    return bool(unused.update(answered_at=answered_at))


def _tally(room: _Room, assignment: Assignment, vote: Vote | None, sign: int) -> None:
    """What a vote adds to the counters; with -1 what it no longer does."""
    if vote is None or vote.uncounted or vote.kind in UNSAID:
        return
    if assignment.purpose == Purpose.REPEAT:
        return
    room.mine["votes"] += sign
    if room.rater.quarantined_at is None:
        room.counted.update(dict.fromkeys(assignment.entries, sign))
    # The first answer alone: who saw how others voted could correct theirs to it.
    if assignment.purpose == Purpose.GOLD and sign > 0 and vote.corrects is None:
        shown = [room.entries[pk] for pk in assignment.entries]
        met = checking.agrees(room.rater.campaign, shown, vote)
        room.mine["checks_seen"] += met is not None
        room.mine["checks_met"] += bool(met)


def _count(room: _Room) -> None:
    """Write the changed counters; entries first, then the rater, both locked already."""
    by_change: dict[int, list[UUID]] = {}
    for pk, change in room.counted.items():
        by_change.setdefault(change, []).append(pk)
    for change, ids in by_change.items():
        if change:
            votes = Greatest(F("votes") + change, 0)
            Entry.objects.filter(pk__in=ids).update(votes=votes)
    rater = room.rater
    round_before = rater.votes // checking.TOLD_AT
    for name, change in room.mine.items():
        setattr(rater, name, max(0, getattr(rater, name) + change))
    due = rater.checks_seen >= rater.told_seen + checking.TOLD_BY
    if due and rater.votes // checking.TOLD_AT > round_before:
        rater.told_seen, rater.told_met = rater.checks_seen, rater.checks_met
    rater.save(
        update_fields=["votes", "checks_seen", "checks_met", "told_seen", "told_met"]
    )  # fmt: skip
