"""What a rater is shown: questions with their pictures and examples, or why there are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from webapp.ratings.answers import Step, steps_of
from webapp.ratings.assigning import cap_reached, next_questions
from webapp.ratings.callers import Caller
from webapp.ratings.models import Assignment, Campaign, CampaignState, Entry, EntryRole, Mode, Rater
from webapp.ratings.progress import Progress, progress_of
from webapp.ratings.statements import SHOWN
from webapp.ratings.tokens import token_of


class Done(StrEnum):
    """Why there is no further question."""

    ALL_SEEN = "all_seen"
    SETTLED = "settled"
    CAP_REACHED = "cap_reached"
    CLOSED = "closed"
    NOT_OPEN = "not_open"
    NOTHING_OF_OTHERS = "nothing_of_others"


WORDS = {
    Done.ALL_SEEN: "You have seen everything there is. Thank you.",
    Done.SETTLED: "The crowd is sure of what is left. Thank you.",
    Done.CAP_REACHED: "You have given as many votes as one person may. Thank you.",
    Done.CLOSED: "Voting is over.",
    Done.NOT_OPEN: "Voting has not begun yet.",
    Done.NOTHING_OF_OTHERS: "All pictures here are yours, and nobody votes on their own.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with its pictures in the order in which they are shown."""

    assignment: Assignment
    entries: tuple[Entry, ...]

    @property
    def token(self) -> str:
        """Good for one answer."""
        return token_of(self.assignment)


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions for a rater, what they have in common, and how far it all is."""

    rater: Rater
    questions: tuple[Question, ...]
    steps: tuple[Step, ...] | None
    examples: tuple[Entry, ...]
    done: Done | None
    progress: Progress

    @property
    def campaign(self) -> Campaign:
        """What is asked about."""
        return self.rater.campaign


def ask(campaign_id: UUID, caller: Caller, count: int) -> Asked:
    """Up to ``count`` questions; without any, `done` says why. Raises NotFound."""
    rater, assignments = next_questions(campaign_id, caller, count)
    campaign = rater.campaign
    entries = _entries(campaign, assignments)
    questions = tuple(
        Question(each, tuple(entries[pk] for pk in each.entries)) for each in assignments
    )
    examples = tuple(each for each in entries.values() if each.role != EntryRole.ENTRY)
    progress = progress_of(rater)
    steps = tuple(steps_of(campaign.attribute)) if campaign.attribute is not None else None
    done = None if questions else _done(rater, progress)
    return Asked(rater, questions, steps, examples, done, progress)


def _entries(campaign: Campaign, assignments: Sequence[Assignment]) -> dict[UUID, Entry]:
    """What is shown, and the examples beside it."""
    shown = {pk for each in assignments for pk in each.entries}
    found: dict[UUID, Entry] = {}
    for entry, artwork in SHOWN.rows({"campaign": campaign.pk, "entries": list(shown)}):
        entry.artwork = artwork
        found[entry.pk] = entry
    return found


def _done(rater: Rater, progress: Progress) -> Done:
    state = rater.campaign.state_at(timezone.now())
    if state in (CampaignState.CLOSED, CampaignState.REVEALED):
        return Done.CLOSED
    if state is not CampaignState.OPEN:
        return Done.NOT_OPEN
    if cap_reached(rater):
        return Done.CAP_REACHED
    if not progress.votable:
        return Done.NOTHING_OF_OTHERS
    if progress.left and rater.campaign.mode != Mode.PAIRS:
        return Done.SETTLED
    return Done.ALL_SEEN
