"""What an organiser does with a campaign as a whole. One transaction each."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from webapp.accounts.models import User
from webapp.common.errors import ApplicationError, Conflict
from webapp.events.publish import tell_campaign
from webapp.jobs.models import Job, JobKind
from webapp.ratings.counting import lock_all
from webapp.ratings.fusions import ask_for_fusion, fuse_afresh, is_up_to_date
from webapp.ratings.models import (
    Assignment,
    Campaign,
    CampaignKind,
    CampaignState,
    Invitee,
    Mode,
    Reveal,
    Vote,
)
from webapp.ratings.soundness import missing, require_sound

# What may still change when people have voted: nothing that their votes answered.
FREE: Final = frozenset(
    {
        "title", "description", "votes_wanted", "narrow_enough", "most_per_rater",
        "most_submissions", "submissions_close_at", "opens_at", "closes_at", "access", "guests",
        "generated_allowed",
    }
)  # fmt: skip
# A challenge as DPChallenge has it; an organiser may say otherwise.
CHALLENGE: Final = {
    "must_vote_share": 0.2, "comment_at_most": 3, "reveal": Reveal.AT_END, "gold_share": 0.0,
    "repeat_share": 0.0,
}  # fmt: skip
QUESTIONS: Final = {
    Mode.SCORE: "How good is this picture?",
    Mode.PAIRS: "Which of the two is the better picture?",
    Mode.BURST: "Which of these is the best?",
}


class VotesExist(Conflict):
    """People have answered what was asked: the organiser makes another campaign instead."""

    code = "votes_exist"


class RatersJoined(Conflict):
    """People agreed to other words: the organiser makes another campaign instead."""

    code = "raters_joined"


class StaffOnly(ApplicationError):
    """The organiser must ask those who run the installation."""

    status = 403
    code = "staff_only"


class StillCounting(Conflict):
    """Asked again in a moment it goes on."""

    code = "still_counting"


@transaction.atomic
def create(organiser: User, *, emails: Collection[str] = (), **columns: Any) -> Campaign:
    """A draft without pictures. Raises BadCampaign when its parts do not go together; StaffOnly."""
    _require_leave(organiser, columns, before=False)
    defaults = CHALLENGE if columns.get("kind") == CampaignKind.CHALLENGE else {}
    campaign = Campaign(organiser=organiser, **{**defaults, **columns})
    campaign.question = campaign.question or _question(campaign)
    require_sound(campaign)
    campaign.save()
    _invite(campaign, emails)
    return campaign


@transaction.atomic
def change(
    campaign: Campaign, by: User, *, emails: Collection[str] | None = None, **columns: Any
) -> None:
    """Raises BadCampaign; VotesExist and RatersJoined for what people have already agreed to.

    And StaffOnly for what those who run the installation alone may allow.
    """
    campaign = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    _require_leave(by, columns, before=campaign.generated_allowed)
    changed = {name: value for name, value in columns.items() if getattr(campaign, name) != value}
    fixed = sorted(changed.keys() - FREE - _taken_back(changed))
    if fixed and has_votes(campaign):
        raise VotesExist(
            f"People have voted: {', '.join(fixed)} cannot change any more.", fields=fixed
        )
    if changed.get("for_training") and _somebody_joined(campaign):
        raise RatersJoined(
            "People joined or handed in who were not told that models learn from it."
        )
    if changed.keys() & {"mode", "attribute"}:  # nobody answers what is no longer asked
        Assignment.objects.filter(rater__campaign=campaign).delete()
    for name, value in changed.items():
        setattr(campaign, name, value)
    campaign.question = campaign.question or _question(campaign)
    require_sound(campaign)
    campaign.save()
    if emails is not None:
        _invite(campaign, emails)
    if changed.keys() & {"narrow_enough", "votes_wanted", "closes_at"} and campaign.published_at:
        fuse_afresh(campaign)
    tell_campaign(campaign.pk)


@transaction.atomic
def delete(campaign: Campaign) -> None:
    """With its entries, raters and votes; the artworks stay."""
    lock_all(campaign)
    Job.objects.filter(kind=JobKind.FUSE, subject=campaign.pk).delete()
    Vote.objects.filter(campaign=campaign).delete()
    tell_campaign(campaign.pk)
    campaign.delete()


@transaction.atomic
def publish(campaign: Campaign) -> None:
    """Show it to those who may rate. Raises Conflict with the `reasons` why it cannot be."""
    draft = _locked(campaign, CampaignState.DRAFT, code="already_published", text="It is no draft.")
    reasons = list(missing(draft, timezone.now()))
    if reasons:
        listed = [{"code": each.code, "text": each.text} for each in reasons]
        raise Conflict(reasons[0].text, code=reasons[0].code, reasons=listed)
    _update(draft, published_at=timezone.now())


@transaction.atomic
def close(campaign: Campaign) -> None:
    """End the voting now. Raises Conflict when it is not open."""
    opened = _locked(campaign, CampaignState.OPEN, code="not_open", text="Nobody can vote in it.")
    lock_all(opened)  # who is voting now is in time
    _update(opened, closes_at=timezone.now())
    ask_for_fusion(opened)


@transaction.atomic
def reopen(campaign: Campaign) -> None:
    """Take votes again, until it is closed by hand. Raises Conflict unless it is closed."""
    closed = _locked(campaign, CampaignState.CLOSED, code="not_closed", text="It is not closed.")
    _update(closed, closes_at=None)
    ask_for_fusion(closed)  # votes that were void count again


def reveal(campaign: Campaign) -> None:
    """Show everybody in it what came out, for good. Idempotent.

    Raises Conflict before it is closed; StillCounting until the last votes and rulings are in the
    ranks, which must not change under the eyes of those who look.
    """
    if campaign.state is CampaignState.REVEALED:
        return
    with transaction.atomic():
        closed = _locked(campaign, CampaignState.CLOSED, code="not_closed", text="Close it first.")
        counted = is_up_to_date(closed)
        if counted:
            _update(closed, revealed_at=timezone.now())
        else:
            ask_for_fusion(closed)
    if not counted:
        raise StillCounting("The last votes are being counted. Try again in a moment.")


def revoke_links(campaign: Campaign) -> None:
    """End every link that was given out; who came by one stays."""
    Campaign.objects.filter(pk=campaign.pk).update(link_epoch=F("link_epoch") + 1)
    campaign.refresh_from_db(fields=["link_epoch"])


def has_votes(campaign: Campaign) -> bool:
    """Whether anybody answered anything."""
    return Vote.objects.filter(campaign=campaign).exists()


def _require_leave(by: User, columns: Mapping[str, Any], *, before: bool) -> None:
    if columns.get("generated_allowed") and not (before or by.is_staff):
        raise StaffOnly("Those who run this website alone may allow generated pictures.")


def _somebody_joined(campaign: Campaign) -> bool:
    """Whether others than the organiser rate or handed pictures in."""
    handed_in = campaign.entries.exclude(submitted_by=None)
    return (
        campaign.raters.exclude(consented_at=None).exists()
        or handed_in.exclude(submitted_by=campaign.organiser_id).exists()
    )


def _taken_back(changed: Mapping[str, Any]) -> set[str]:
    """What raters agreed to and is not done after all: that needs nobody's leave."""
    return {"for_training"} if changed.get("for_training") is False else set()


def _invite(campaign: Campaign, emails: Collection[str]) -> None:
    """Exactly these are named from now on."""
    wanted = {User.objects.normalize_email(email) for email in emails}
    Invitee.objects.filter(campaign=campaign).exclude(email__in=wanted).delete()
    rows = [Invitee(campaign=campaign, email=email) for email in sorted(wanted)]
    Invitee.objects.bulk_create(rows, ignore_conflicts=True)


def _question(campaign: Campaign) -> str:
    if campaign.mode == Mode.ATTRIBUTE:
        return campaign.attribute.asks if campaign.attribute else ""
    return QUESTIONS[Mode(campaign.mode)]


def _locked(campaign: Campaign, state: CampaignState, *, code: str, text: str) -> Campaign:
    """As it is now, in that state, until the end of the transaction. Raises Conflict.

    Without the key: a vote refers to its campaign, and must not wait for who waits for its rater.
    """
    found = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    if found.state is not state:
        raise Conflict(f"{text} It is {found.state}.", code=code)
    return found


def _update(campaign: Campaign, **columns: datetime | None) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(**columns)
    tell_campaign(campaign.pk)
