"""When the crowd's answers are weighed anew: asked for here, done by a worker."""

from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from webapp.events.publish import tell_campaign
from webapp.jobs import services as jobs
from webapp.jobs.models import LIVE_STATES, Job, JobKind, JobState, Queue
from webapp.ratings.models import Campaign, Ruling, Vote
from webapp.ratings.statements import FUSION_ASKED

SOON_SECONDS = 1.0
SETTLED_BADLY = (JobState.FAILED, JobState.DEAD)


@transaction.atomic
def ask_for_fusion(campaign: Campaign, *, delay_seconds: float = 0) -> None:
    """Have standings and habits computed from the votes of now. Idempotent.

    One that is running does not see what comes now: whoever ends it asks `is_up_to_date`.
    """
    fusion_jobs(campaign.pk).exclude(state__in=LIVE_STATES).delete()
    jobs.enqueue(
        kind=JobKind.FUSE, subject=campaign.pk, owner_id=campaign.organiser_id,
        queue=Queue.MAINTENANCE, delay_seconds=delay_seconds,
    )  # fmt: skip


def vote_came(campaign: Campaign) -> None:
    """On commit: have it weighed soon, and tell those who look, at most every second or so.

    While somebody is asked or at work already this costs one look at the job.
    """
    transaction.on_commit(partial(_ask_soon, campaign), robust=True)


def _ask_soon(campaign: Campaign) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FUSION_ASKED, [campaign.pk])
        [asked] = cursor.fetchone()
    if asked:
        return
    with transaction.atomic():
        ask_for_fusion(campaign, delay_seconds=SOON_SECONDS)
        tell_campaign(campaign.pk)


@transaction.atomic
def fuse_afresh(campaign: Campaign) -> None:
    """The same, and what a worker is at is thrown away: it saw erased votes, or older rules."""
    jobs.cancel(fusion_jobs(campaign.pk))
    ask_for_fusion(campaign)


def is_up_to_date(campaign: Campaign) -> bool:
    """Whether every vote and ruling, and the close, is in what the last fusion found."""
    return not _behind(Campaign.objects.filter(pk=campaign.pk)).exists()


def forgotten() -> list[UUID]:
    """Published campaigns whose last fusion is behind, with nobody asked and none that failed."""
    asked = Job.objects.filter(
        kind=JobKind.FUSE, subject=OuterRef("pk"), state__in=(*LIVE_STATES, *SETTLED_BADLY)
    )
    published = Campaign.objects.filter(published_at__isnull=False)
    return list(_behind(published).filter(~Exists(asked)).values_list("pk", flat=True))


def fusion_jobs(campaign_id: UUID) -> QuerySet[Job]:
    """The one job of a campaign."""
    return Job.objects.filter(kind=JobKind.FUSE, subject=campaign_id)


def _behind(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    votes = Vote.objects.filter(campaign=OuterRef("pk"))
    newer = votes.filter(received_at__gt=OuterRef("fusion__read_up_to"))
    rulings = Ruling.objects.filter(campaign=OuterRef("pk"))
    ruled = rulings.filter(created_at__gt=OuterRef("fusion__fused_at"))
    closed = Q(closes_at__lte=timezone.now(), closes_at__gt=F("fusion__fused_at"))
    unread = Q(Exists(newer)) | Q(fusion__read_up_to=None) & Q(Exists(votes))
    return campaigns.filter(unread | Q(Exists(ruled)) | closed)
