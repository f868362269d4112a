"""Which pictures a campaign has, and what an organiser says of each. One transaction each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from webapp.accounts.models import User
from webapp.catalogue.models import Artwork, ArtworkState
from webapp.common.errors import ApplicationError, Conflict
from webapp.events.publish import tell_campaign
from webapp.inference.models import Score
from webapp.ratings.models import (
    Assignment,
    Campaign,
    CampaignKind,
    CampaignState,
    Entry,
    EntryRole,
    Mode,
)
from webapp.ratings.reading import leans_on_scorer, prior_sd
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind

MOST_ENTRIES: Final = 20_000
BURST: Final = range(2, 10)  # pictures of one; nine fill a screen, with a key each
_UNTITLED: Final = "untitled"


class BadEntry(ApplicationError):
    """The organiser must say it differently."""

    code = "bad_entry"


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that was not taken, and why."""

    artwork: UUID
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding pictures."""

    added: int
    already: int
    refused: tuple[Refused, ...]


NOT_YOURS: Final = ("not_found", "There is no such picture of yours.")
BROKEN: Final = ("broken", "This file could not be read; nobody could rate it.")
GENERATED: Final = (
    "generated_not_allowed",
    "A model made this picture. Those who run this website alone may let such pictures in.",
)


@transaction.atomic
def add(campaign: Campaign, organiser: User, ids: Collection[UUID]) -> Added:
    """Enter the organiser's own artworks. Those already entered stay as they are.

    Raises Conflict when the campaign takes none any more, BadEntry for too many.
    """
    found = _require_taking(campaign)
    wanted = list(dict.fromkeys(ids))
    known = _own(organiser, wanted)
    fate = {pk: _fate(found, known.get(pk)) for pk in wanted}
    usable = [known[pk] for pk in wanted if fate[pk] is None]
    before = set(found.entries.filter(artwork__in=usable).values_list("artwork_id", flat=True))
    fresh = [each for each in usable if each.pk not in before]
    if found.entries.count() + len(fresh) > MOST_ENTRIES:
        raise BadEntry(f"A campaign holds {MOST_ENTRIES} pictures at most.", code="too_many")
    Entry.objects.bulk_create(_fresh(found, organiser, fresh), ignore_conflicts=True)
    tell_campaign(found.pk)
    refused = tuple(Refused(pk, *why) for pk, why in fate.items() if why is not None)
    return Added(len(fresh), len(before), refused)


@transaction.atomic
def add_bursts(campaign: Campaign, organiser: User, bursts: Sequence[Sequence[UUID]]) -> Added:
    """The same in bursts of 2 to 9, each shown as one question.

    A picture that is entered without a burst, and was not voted on, joins the one it is named in.
    """
    if campaign.mode != Mode.BURST:
        raise BadEntry("Only the mode burst asks about bursts.", code="no_bursts_here")
    named = [pk for burst in bursts for pk in burst]
    if len(set(named)) < len(named):
        raise BadEntry("A picture is named twice.", code="named_twice")
    if any(len(burst) not in BURST for burst in bursts):
        raise BadEntry("A burst has 2 to 9 pictures.", code="bad_burst")
    done = add(campaign, organiser, named)
    last = campaign.entries.aggregate(last=Max("burst"))["last"] or 0
    for number, burst in enumerate(bursts, start=last + 1):
        loose = campaign.entries.filter(artwork__in=burst, burst=None, votes=0)
        loose.update(burst=number)
    return done


def enter(campaign: Campaign, submitter: User, artwork: Artwork) -> Entry:
    """One picture, inside the caller's transaction, which has checked what the submitter may."""
    entry = _fresh(campaign, submitter, [artwork])[0]
    entry.save(force_insert=True)
    return entry


@transaction.atomic
def set_gold(entry: Entry, gold: tuple[float, float] | None) -> None:
    """Make it a check that careful raters answer within `gold`, or none. Raises BadEntry."""
    low, high = gold or (None, None)
    if gold is not None:
        _require_gold(entry.campaign, *gold)
    Entry.objects.filter(pk=entry.pk).update(gold_low=low, gold_high=high)
    tell_campaign(entry.campaign_id)


@transaction.atomic
def set_role(entry: Entry, role: EntryRole) -> None:
    """To be rated, or the example of one end, of which there is one. Raises BadEntry."""
    if role is not EntryRole.ENTRY and entry.campaign.mode != Mode.ATTRIBUTE:
        raise BadEntry("Only an attribute has examples of its ends.", code="no_anchors")
    if role is not EntryRole.ENTRY and was_asked(entry):
        raise Conflict("People have voted on it: take another picture.", code="votes_exist")
    if role is not EntryRole.ENTRY:
        others = Entry.objects.filter(campaign=entry.campaign_id, role=role)
        others.exclude(pk=entry.pk).update(role=EntryRole.ENTRY)
    Entry.objects.filter(pk=entry.pk).update(role=role)
    tell_campaign(entry.campaign_id)


@transaction.atomic
def set_burst(entry: Entry, burst: int | None) -> None:
    """Move it to another burst. Raises BadEntry when that is full, Conflict after votes."""
    if entry.campaign.mode != Mode.BURST and burst is not None:
        raise BadEntry("Only the mode burst asks about bursts.", code="no_bursts_here")
    if was_asked(entry):
        raise Conflict("People have voted on it: it stays in its burst.", code="votes_exist")
    mates = Entry.objects.filter(campaign=entry.campaign_id, burst=burst).exclude(pk=entry.pk)
    if burst is not None and mates.count() + 1 not in (1, *BURST):
        raise BadEntry("A burst has 2 to 9 pictures.", code="bad_burst")
    Entry.objects.filter(pk=entry.pk).update(burst=burst)
    tell_campaign(entry.campaign_id)


@transaction.atomic
def remove(entry: Entry) -> None:
    """Take a picture out that nobody voted on. Raises Conflict: it is disqualified instead."""
    Entry.objects.select_for_update().get(pk=entry.pk)
    if was_asked(entry):
        raise Conflict("People have voted on it: disqualify it instead.", code="votes_exist")
    Entry.objects.filter(pk=entry.pk).delete()
    tell_campaign(entry.campaign_id)


def was_asked(entry: Entry) -> bool:
    """Whether anybody answered a question that shows it."""
    shown = Assignment.objects.filter(entries__contains=[entry.pk])
    return shown.filter(rater__campaign=entry.campaign_id, answered_at__isnull=False).exists()


def _require_taking(campaign: Campaign) -> Campaign:
    """Raises Conflict once it is over, of a challenge once people vote."""
    found = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    over = {CampaignState.CLOSED, CampaignState.REVEALED}
    if found.kind == CampaignKind.CHALLENGE:
        over |= {CampaignState.SCHEDULED, CampaignState.OPEN}
    if found.state in over:
        raise Conflict("It takes no more pictures.", code="submissions_closed")
    return found


def _own(organiser: User, ids: Collection[UUID]) -> dict[UUID, Artwork]:
    return {each.pk: each for each in Artwork.objects.visible_to(organiser).filter(pk__in=ids)}


def _is_broken(artwork: Artwork) -> bool:
    return artwork.state == ArtworkState.FAILED and not artwork.thumbhash


def _fate(campaign: Campaign, artwork: Artwork | None) -> tuple[str, str] | None:
    """Code and text of why a picture is not taken; None for one that is."""
    if artwork is None:
        return NOT_YOURS
    if _is_broken(artwork):
        return BROKEN
    return GENERATED if is_barred(campaign, artwork) else None


def is_barred(campaign: Campaign, artwork: Artwork) -> bool:
    """Whether it is a generated picture where there may be none."""
    return artwork.generated is not None and not campaign.generated_allowed


def _fresh(campaign: Campaign, submitter: User, artworks: Sequence[Artwork]) -> list[Entry]:
    priors = _priors(campaign, artworks)
    nothing = (None, None)
    return [
        Entry(
            campaign=campaign, artwork=each, submitted_by=submitter,
            title=each.title or _UNTITLED,
            prior_mean=priors.get(each.pk, nothing)[0], prior_sd=priors.get(each.pk, nothing)[1],
        )
        for each in artworks
    ]  # fmt: skip


def _priors(campaign: Campaign, artworks: Sequence[Artwork]) -> dict[UUID, tuple[float, float]]:
    """The scorer's expectation of the crowd's mean and its deviation."""
    if not leans_on_scorer(campaign):
        return {}
    scorer = registry.active(ModelKind.SCORER)
    scores = Score.objects.filter(artwork__in=artworks, model_version=scorer)
    rows = scores.values_list("artwork_id", "mean", "low", "high")
    return {pk: (mean, prior_sd(low, high)) for pk, mean, low, high in rows}


def _require_gold(campaign: Campaign, low: float, high: float) -> None:
    ends = {Mode.SCORE: (1.0, 10.0)}
    if campaign.attribute is not None:
        ends[Mode.ATTRIBUTE] = (campaign.attribute.low, campaign.attribute.high)
    if campaign.mode not in ends:
        raise BadEntry("Pairs and bursts have no checks of one picture.", code="no_gold")
    least, most = ends[Mode(campaign.mode)]
    if not least <= low <= high <= most:
        raise BadEntry(f"A check lies between {least:g} and {most:g}.", code="bad_gold")
