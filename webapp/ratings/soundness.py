"""What a campaign must be to be sound, and what it lacks to be published."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from django.db.models import Count, Q

from webapp.common.errors import ApplicationError
from webapp.ratings.models import Campaign, CampaignKind, EntryRole, Mode, Reveal

LEAST_PAIRED: Final = 2


class BadCampaign(ApplicationError):
    """The organiser must say it differently."""

    code = "bad_campaign"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a campaign cannot be published yet."""

    code: str
    text: str


def require_sound(campaign: Campaign) -> None:
    """Raises BadCampaign naming what does not go together."""
    is_challenge = campaign.kind == CampaignKind.CHALLENGE
    if is_challenge and campaign.mode != Mode.SCORE:
        raise BadCampaign("In a challenge pictures get scores.", code="challenge_scores")
    if is_challenge and campaign.reveal != Reveal.AT_END:
        raise BadCampaign("A challenge tells everything at its reveal.", code="challenge_is_blind")
    if campaign.repeat_share and (is_challenge or campaign.must_vote_share):
        text = "Who must vote on a share is told how far they are, which would give repeats away."
        raise BadCampaign(f"{text} Set repeat_share to 0.", code="no_repeats_here")
    if campaign.mode == Mode.ATTRIBUTE and campaign.attribute is None:
        raise BadCampaign("Name the attribute that is asked about.", code="attribute_needed")
    if campaign.mode != Mode.ATTRIBUTE and campaign.attribute is not None:
        raise BadCampaign("Only the mode attribute asks about one.", code="attribute_unasked")
    if campaign.submissions_close_at is not None and not is_challenge:
        raise BadCampaign("Only a challenge takes submissions.", code="no_challenge")
    order = (
        ("submissions close", campaign.submissions_close_at),
        ("voting opens", campaign.opens_at),
        ("voting closes", campaign.closes_at),
    )
    _require_order([(words, moment) for words, moment in order if moment is not None])


def _require_order(moments: Collection[tuple[str, datetime]]) -> None:
    for (earlier, before), (later, after) in pairwise(moments):
        if before > after:
            raise BadCampaign(f"The dates cross: {later} before {earlier}.", code="bad_dates")


def missing(campaign: Campaign, now: datetime) -> Iterator[Reason]:
    """What stands in the way of publication."""
    if campaign.closes_at is not None and campaign.closes_at <= now:
        yield Reason("already_over", "Its end lies in the past. Give it a later one.")
    if campaign.kind == CampaignKind.CHALLENGE:
        if campaign.submissions_close_at is None or campaign.submissions_close_at <= now:
            yield Reason("no_window", "Say until when pictures may be submitted.")
        return
    live = Q(artwork__isnull=False, artwork__deleted_at=None, disqualified_at=None)
    asked = campaign.entries.filter(live, role=EntryRole.ENTRY)
    entries = asked.count()
    if not entries:
        yield Reason("no_entries", "It has no pictures yet. Add some.")
    elif campaign.mode == Mode.PAIRS and entries < LEAST_PAIRED:
        yield Reason("too_few_entries", "Pairs need at least two pictures.")
    elif campaign.mode == Mode.BURST:
        bursts = asked.exclude(burst=None).values("burst").annotate(n=Count("pk")).order_by()
        if not bursts.filter(n__gte=LEAST_PAIRED).exists():
            yield Reason("no_bursts", "Put at least two pictures into a burst.")
