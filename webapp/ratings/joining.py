"""How a person becomes a rater of a campaign, and stays the same one."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.common.errors import ApplicationError, Conflict
from webapp.events.publish import tell_campaign
from webapp.ratings.models import Access, Campaign, CampaignState, Rater
from webapp.ratings.pseudonyms import pseudonym

CONSENT: Final = (
    "Your votes are kept under a pseudonym. Whoever runs this campaign sees them, with how long "
    "you looked, and may publish them under that pseudonym. You can have all of it deleted."
)
TRAINING: Final = (
    "Whoever runs this website may also train models with these votes. What a model has learned "
    "cannot be taken out of it again."
)
ENTERED: Final = frozenset(
    {CampaignState.SCHEDULED, CampaignState.SUBMITTING, CampaignState.OPEN}
)  # fmt: skip


class ConsentNeeded(ApplicationError):
    """The person must agree first."""

    code = "consent_needed"


class NotInvited(ApplicationError):
    """The organiser must name the person, or give them the link."""

    status = 403
    code = "not_invited"


class AccountNeeded(ApplicationError):
    """The person must sign in: this campaign takes no guests."""

    status = 403
    code = "account_needed"


class NotOpen(Conflict):
    """Nobody can join before it is published, or after its end."""

    code = "not_open"


def consent_to(campaign: Campaign) -> str:
    """What a rater agrees to: our words and the organiser's."""
    ours = f"{CONSENT} {TRAINING}" if campaign.for_training else CONSENT
    return f"{ours}\n\n{campaign.consent}".strip()


@transaction.atomic
def join(campaign: Campaign, user: User | None, *, linked: bool, consent: bool) -> Rater:
    """The rater that this person is; a guest (no user) becomes a new one.

    ``linked``: they hold the campaign's link. Idempotent for accounts. Raises ConsentNeeded,
    AccountNeeded, NotInvited or NotOpen.
    """
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign.pk)
    known = None if user is None else campaign.raters.filter(user=user).first()
    if known is not None:
        return known
    require_admitted(campaign, user, linked=linked)
    if not consent:
        raise ConsentNeeded("Agree to how your votes are used first.")
    taken = set(campaign.raters.values_list("pseudonym", flat=True))
    rater = Rater.objects.create(
        campaign=campaign, user=user, pseudonym=pseudonym(taken), consented_at=timezone.now(),
        consented_to=consent_to(campaign),
    )  # fmt: skip
    tell_campaign(campaign.pk)
    return rater


def require_admitted(campaign: Campaign, user: User | None, *, linked: bool) -> None:
    """Raises AccountNeeded, NotInvited or NotOpen with what stands in the way of this person."""
    if campaign.state not in ENTERED:
        raise NotOpen(f"Nobody can join: this campaign is {campaign.state}.")
    if user is None:
        if campaign.access == Access.GROUP or not campaign.guests:
            raise AccountNeeded("Sign in to take part: this campaign takes no guests.")
        if not linked:
            raise NotInvited("Ask whoever runs the campaign for its link.")
    elif not linked and campaign.access == Access.LINK and campaign.organiser_id != user.pk:
        raise NotInvited("Ask whoever runs the campaign for its link.")
    elif campaign.access == Access.GROUP and not _named(campaign, user):
        raise NotInvited("This campaign asks people who are named, and you are not.")


def _named(campaign: Campaign, user: User) -> bool:
    return campaign.organiser_id == user.pk or campaign.invitees.filter(email=user.email).exists()


@transaction.atomic
def adopt(rater: Rater, user: User) -> Rater:
    """A guest who signed in goes on as the same rater, unless their account is one already."""
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=rater.campaign_id)
    own = Rater.objects.filter(campaign=rater.campaign_id, user=user).first()
    if own is not None:
        return own
    Rater.objects.filter(pk=rater.pk, user=None).update(user=user)
    rater.refresh_from_db(fields=["user"])
    return rater
