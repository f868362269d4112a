"""Keep what raters answer: each question once, nothing lost, nothing counted twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from webapp.ratings import checking
from webapp.ratings.answers import Answer, misfit
from webapp.ratings.callers import Caller, locked
from webapp.ratings.fusions import vote_came
from webapp.ratings.models import (
    Assignment,
    CampaignState,
    Purpose,
    Rater,
    Uncounted,
    Vote,
    VoteKind,
)
from webapp.ratings.room import Room, room_of, write
from webapp.ratings.tokens import ticket_of
from webapp.ratings.told import Status, Told, told_of

UNDO_FOR: Final = timedelta(minutes=2)
UNSAID: Final = (VoteKind.SKIP, VoteKind.WITHDRAWN)


def record(caller: Caller, answers: Sequence[Answer]) -> tuple[list[Told], Rater | None]:
    """Keep the answers of one person; what became of each.

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
        rater, heard = _record_of(rater_id, caller, part)
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
    rater_id: UUID, caller: Caller, answers: Mapping[int, tuple[UUID, Answer]]
) -> tuple[Rater | None, dict[int, Told]]:
    """Nothing for the rater of somebody else."""
    rater = locked(rater_id, caller)
    if rater is None:
        return None, {}
    room = room_of(rater, {assignment for assignment, _ in answers.values()})
    told = {nth: _take(room, pk, answer) for nth, (pk, answer) in answers.items()}
    if room.kept:
        write(room)
        vote_came(rater.campaign)
    return rater, told


def _take(room: Room, assignment_id: UUID, answer: Answer) -> Told:
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
    room.keep(vote)
    _tally(room, assignment, before, -1)
    _tally(room, assignment, vote, +1)
    return told_of(answer.token, vote)


def _refusal(room: Room, assignment: Assignment, answer: Answer) -> Told | None:
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


def _unfit_first(room: Room, assignment: Assignment, answer: Answer) -> tuple[str, str] | None:
    if answer.kind == VoteKind.WITHDRAWN:
        return "wrong_kind", "There is no vote here to take back."
    if assignment.expires_at <= room.now:
        return "expired", "This question waited too long. You may be asked it again."
    return None


def _unfit_correction(
    room: Room, assignment: Assignment, answer: Answer, before: Vote
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


def _own(room: Room, assignment: Assignment) -> tuple[str, str] | None:
    user = room.rater.user_id
    shown = [room.entries[pk] for pk in assignment.entries if pk in room.entries]
    owners = {each.artwork.owner_id for each in shown if each.artwork is not None}
    if user is not None and user in owners | {each.submitted_by_id for each in shown}:
        return "own_picture", "Nobody votes on a picture of their own."
    return None


def _gone(room: Room, answer: Answer) -> tuple[str, str] | None:
    if answer.best is not None and answer.best not in room.entries:
        return "picture_gone", "The picture was taken out, so it cannot be the best."
    return None


def _same(vote: Vote, answer: Answer) -> bool:
    said = (answer.kind, answer.value, answer.outcome or "", answer.best, answer.reason or "")
    return (vote.kind, vote.value, vote.outcome, vote.best_id, vote.reason) == said


def _vote(room: Room, assignment: Assignment, answer: Answer, before: Vote | None) -> Vote:
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


def _uncounted(room: Room, assignment: Assignment) -> str:
    if room.rater.campaign.state_at(room.now) is not CampaignState.OPEN:
        return Uncounted.LATE
    for pk in assignment.entries:
        entry = room.entries.get(pk)
        if entry is None or entry.artwork is None or entry.artwork.deleted_at is not None:
            return Uncounted.PICTURE_GONE
    return ""


def _seen(room: Room, assignment: Assignment, answer: Answer) -> str:
    """Who knows the crowd's answer could follow it."""
    said = answer.kind not in UNSAID
    return Uncounted.SEEN if said and assignment.pk in room.seen else ""


def _claim(assignment: Assignment, vote: Vote, before: Vote | None, now: datetime) -> bool:
    """Use the token up, unless it was without a vote; taking a vote back makes it good again."""
    free = before is None or before.kind == VoteKind.WITHDRAWN
    if (assignment.answered_at is None) != free:
        return False
    assignment.answered_at = None if vote.kind == VoteKind.WITHDRAWN else now
    return True


def _tally(room: Room, assignment: Assignment, vote: Vote | None, sign: int) -> None:
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
