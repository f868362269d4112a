"""What an organiser decides about a rater or an entry: with a reason, kept, and reversible."""

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.common.errors import Conflict
from webapp.events.publish import tell_campaign
from webapp.ratings.counting import lock_all, recount
from webapp.ratings.fusions import ask_for_fusion
from webapp.ratings.models import Entry, Rater, Ruling, RulingKind


@transaction.atomic
def quarantine(rater: Rater, *, by: User, reason: str) -> None:
    """Their votes go on and do not count. Raises Conflict when they are there already."""
    lock_all(rater.campaign)
    changed = Rater.objects.filter(pk=rater.pk, quarantined_at=None)
    if not changed.update(quarantined_at=timezone.now()):
        raise Conflict("This rater is in quarantine.", code="already_quarantined")
    recount(rater.campaign)
    _rule(RulingKind.QUARANTINE, by, reason, rater=rater)


@transaction.atomic
def lift(rater: Rater, *, by: User, reason: str) -> None:
    """All their votes count again. Raises Conflict when they are not in quarantine."""
    lock_all(rater.campaign)
    changed = Rater.objects.filter(pk=rater.pk, quarantined_at__isnull=False)
    if not changed.update(quarantined_at=None):
        raise Conflict("This rater is not in quarantine.", code="not_quarantined")
    recount(rater.campaign)
    _rule(RulingKind.LIFT, by, reason, rater=rater)


@transaction.atomic
def disqualify(entry: Entry, *, by: User, reason: str) -> None:
    """It is asked about and ranked no more; its votes stay. Raises Conflict when it is so."""
    lock_all(entry.campaign)
    changed = Entry.objects.filter(pk=entry.pk, disqualified_at=None)
    if not changed.update(disqualified_at=timezone.now(), disqualified_for=reason, place=None):
        raise Conflict("This picture is disqualified.", code="already_disqualified")
    _rule(RulingKind.DISQUALIFY, by, reason, entry=entry)


@transaction.atomic
def requalify(entry: Entry, *, by: User, reason: str) -> None:
    """It takes part again, with its votes. Raises Conflict when it was not disqualified."""
    lock_all(entry.campaign)
    changed = Entry.objects.filter(pk=entry.pk, disqualified_at__isnull=False)
    if not changed.update(disqualified_at=None, disqualified_for=""):
        raise Conflict("This picture is not disqualified.", code="not_disqualified")
    _rule(RulingKind.REQUALIFY, by, reason, entry=entry)


def _rule(
    kind: RulingKind, by: User, reason: str, *, rater: Rater | None = None,
    entry: Entry | None = None,
) -> None:  # fmt: skip
    about = rater or entry
    assert about is not None
    Ruling.objects.create(
        campaign=about.campaign, kind=kind, rater=rater, entry=entry, by=by, reason=reason
    )
    ask_for_fusion(about.campaign)
    tell_campaign(about.campaign_id)
