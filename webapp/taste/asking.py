"""Ask for embeddings of pictures, and for a person's head to be learned. Workers do both."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from webapp.catalogue.models import Artwork
from webapp.jobs import services as jobs
from webapp.jobs.models import LIVE_STATES, Job, JobKind, JobState, Queue
from webapp.taste.models import Embedding, Pick, Taste
from webapp.taste.spaces import space

SOON_SECONDS = 2.0  # picks come one after the other
SETTLED_BADLY = (JobState.FAILED, JobState.DEAD)
AT_ONCE = 5000  # artworks asked for by one round; the next takes the rest


def unplaced() -> QuerySet[Artwork]:
    """Artworks with display files that need an embedding and have none.

    These are what somebody picked and, where a person's own order is shown, their whole library.
    """
    placed = Embedding.objects.filter(artwork=OuterRef("pk"), space=space())
    picked = Pick.objects.filter(artwork=OuterRef("pk"))
    ordered = Taste.objects.filter(user=OuterRef("owner"), badge__shown=True)
    visible = Artwork.objects.filter(deleted_at=None).exclude(thumbhash="")
    return visible.filter(Q(Exists(picked)) | Q(Exists(ordered)), ~Exists(placed))


def unasked(artworks: QuerySet[Artwork]) -> QuerySet[Artwork]:
    """Those whose embedding nobody was asked for. What was given up waits for people's Retry."""
    where = space()
    if not where:
        return artworks.none()  # housekeeping asks when there is a scorer
    asked = Job.objects.filter(kind=JobKind.EMBED, subject=OuterRef("pk"), params_hash=where)
    return artworks.filter(~Exists(asked.filter(state__in=(*LIVE_STATES, *SETTLED_BADLY))))


def ask_for_embeddings(artworks: QuerySet[Artwork]) -> int:
    """Have these placed in the background, after scores; returns how many became waiting."""
    where = space()
    found = list(unasked(artworks).values_list("pk", "owner_id")[:AT_ONCE])
    again = Job.objects.filter(
        kind=JobKind.EMBED, subject__in=[artwork for artwork, _ in found], params_hash=where
    )
    return jobs.restart(again.filter(state=JobState.DONE)) + jobs.enqueue_many(
        found, kind=JobKind.EMBED, queue=Queue.GPU_BATCH, params=where
    )


@transaction.atomic
def ask_to_learn(taste: Taste) -> None:
    """Have the head fitted to the picks of soon, and the library ordered by it. Idempotent.

    One that is running does not see what comes now: whoever ends it looks for more.
    """
    learning_jobs(taste.pk).exclude(state__in=LIVE_STATES).delete()
    jobs.enqueue(
        kind=JobKind.TASTE, subject=taste.pk, owner_id=taste.user_id, queue=Queue.MAINTENANCE,
        delay_seconds=SOON_SECONDS,
    )  # fmt: skip


def learning_jobs(taste_id: UUID) -> QuerySet[Job]:
    """The one job of a person's head."""
    return Job.objects.filter(kind=JobKind.TASTE, subject=taste_id)
