"""Challenges: pictures come from the crowd, and on the night of the reveal everything is shown."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Avg

from webapp.accounts.models import User
from webapp.catalogue.models import Artwork, ArtworkState
from webapp.common.errors import Conflict, NotFound
from webapp.events.publish import tell_campaign
from webapp.ratings import selectors
from webapp.ratings.counting import counting_votes, void_raters
from webapp.ratings.entries import BROKEN, GENERATED, BadEntry, enter, is_barred, remove
from webapp.ratings.models import Campaign, CampaignState, Entry, EntryRole, Fusion, Rater
from webapp.ratings.pool import there
from webapp.ratings.selectors import EntryPage

ON_BOARD: Final = 20  # so that who is not on it learns nothing about why


@dataclass(frozen=True, slots=True)
class Statistics:
    """The challenge in numbers; `void`: raters whose votes do not count, as they were too few."""

    entries: int
    votes: int
    raters: int
    void: int
    mean: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that is revealed. `raters`: the most consistent first."""

    entries: EntryPage
    figures: dict[str, Any]
    statistics: Statistics
    raters: tuple[Rater, ...]
    disqualified: EntryPage


@transaction.atomic
def submit(challenge: Campaign, submitter: User, artwork_id: UUID) -> Entry:
    """Enter one's own artwork.

    Raises NotFound for other people's, Conflict outside of the window, beyond the number that
    one may submit and for a picture that is in already, BadEntry for one nobody could look at and
    for a generated one where there may be none.
    """
    found = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=challenge.pk)
    _require_window(found)
    artwork = Artwork.objects.visible_to(submitter).filter(pk=artwork_id).first()
    if artwork is None:
        raise NotFound
    if artwork.state == ArtworkState.FAILED:
        raise BadEntry(BROKEN[1], code=BROKEN[0])
    if is_barred(found, artwork):
        raise BadEntry(GENERATED[1], code=GENERATED[0])
    if found.entries.filter(artwork=artwork).exists():
        raise Conflict("This picture is in the challenge.", code="already_in")
    if found.entries.filter(submitted_by=submitter).count() >= found.most_submissions:
        most = found.most_submissions
        raise Conflict(f"You may submit {most}. Take another one back first.", code="too_many")
    entry = enter(found, submitter, artwork)
    tell_campaign(found.pk)
    return entry


@transaction.atomic
def withdraw(challenge: Campaign, submitter: User, entry_id: UUID) -> None:
    """Take back one's own before the voting. Raises NotFound, Conflict."""
    entry = challenge.entries.select_related("campaign").filter(pk=entry_id).first()
    if entry is None or entry.submitted_by_id != submitter.pk:
        raise NotFound
    if challenge.state not in (CampaignState.SUBMITTING, CampaignState.SCHEDULED):
        raise Conflict("The voting has begun; it stays in.", code="submissions_closed")
    remove(entry)


def submissions_of(challenge: Campaign, submitter: User) -> EntryPage:
    """One's own, as one entered them."""
    own = challenge.entries.filter(submitted_by=submitter).select_related("artwork")
    return selectors.page_of(challenge, list(own.order_by("created_at", "pk")))


def results_of(challenge: Campaign) -> Results:
    """Every entry by place, and the crowd in numbers. For whoever may see results."""
    shown = challenge.entries.select_related("artwork").filter(role=EntryRole.ENTRY)
    ranked = shown.filter(disqualified_at=None).order_by(*selectors.BY_PLACE)
    out = shown.filter(disqualified_at__isnull=False).order_by("disqualified_at", "pk")
    fusion = Fusion.objects.filter(campaign=challenge).defer("state").first()
    void = void_raters(challenge)
    return Results(
        entries=selectors.page_of(challenge, list(ranked)),
        figures={} if fusion is None else fusion.figures,
        statistics=_statistics(challenge, fusion, len(void)),
        raters=_reliable(challenge, void),
        disqualified=selectors.page_of(challenge, list(out)),
    )


def _require_window(challenge: Campaign) -> None:
    if challenge.state is not CampaignState.SUBMITTING:
        text = f"Pictures are taken while it is open for them; it is {challenge.state}."
        raise Conflict(text, code="submissions_closed")


def _statistics(challenge: Campaign, fusion: Fusion | None, void: int) -> Statistics:
    entries = there(challenge).filter(role=EntryRole.ENTRY)
    mean = entries.aggregate(mean=Avg("mean"))["mean"]
    return Statistics(
        entries=entries.count(),
        votes=counting_votes(challenge).count(),
        raters=challenge.raters.filter(votes__gt=0).count(),
        void=void,
        mean=mean,
        alpha=None if fusion is None else fusion.alpha,
    )


def _reliable(challenge: Campaign, void: list[UUID]) -> tuple[Rater, ...]:
    """By consistency, never by volume: who votes most must not gain by it."""
    known = challenge.raters.filter(consistency__isnull=False, quarantined_at=None, doubts=[])
    found = known.exclude(pk__in=void)
    return tuple(found.order_by("-consistency", "pk")[:ON_BOARD])
