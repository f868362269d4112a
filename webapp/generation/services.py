"""What people do with generations: ask, call off, delete, keep a picture. One transaction each."""

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork
from webapp.catalogue.services import lock_library
from webapp.common.errors import ApplicationError, Conflict, NotFound
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.gallery.services import accept_upload
from webapp.generation.models import Generation, Sample
from webapp.generation.recipes import filename_of, recipe_of
from webapp.generation.selectors import quota_of
from webapp.generation.wishes import Generator, Wish
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, JobKind, Queue


class OverGenerationQuota(ApplicationError):
    """The user must ask for fewer or wait; the operator may grant more."""

    status = 429
    code = "over_generation_quota"


@transaction.atomic
def start(owner: User, generator: Generator, wish: Wish) -> Generation:
    """Have it made. Raises OverGenerationQuota with how many are `left`."""
    lock_library(owner)
    quota = quota_of(owner)
    if wish.count > quota.left:
        raise OverGenerationQuota(
            f"You may have {quota.limit} pictures made in 24 hours and {quota.left} are left."
            f" {wish.count} are too many now.",
            left=quota.left,
        )
    generation = Generation.objects.create(
        owner=owner, model_version=generator.version, kind=wish.kind, category=wish.category,
        histogram=list(wish.histogram), dial=wish.dial, seed=wish.seed, seed_to=wish.seed_to,
        truncation=wish.truncation, count=wish.count, keep_best=wish.keep_best,
    )  # fmt: skip
    ask(generation)
    _tell(generation)
    return generation


def ask(generation: Generation) -> None:
    """Have a worker look at it. Idempotent."""
    jobs.enqueue(
        kind=JobKind.GENERATE, subject=generation.pk, owner_id=generation.owner_id,
        queue=Queue.GPU_GENERATE, model_version=generation.model_version.digest,
    )  # fmt: skip


@transaction.atomic
def cancel(generation: Generation) -> None:
    """Make no more; what is made stays. Raises Conflict when nothing is being made."""
    if not jobs.cancel(Job.objects.filter(kind=JobKind.GENERATE, subject=generation.pk)):
        raise Conflict("This is not being made any more; there is nothing to cancel.")
    _tell(generation)


@transaction.atomic
def delete(generation: Generation) -> None:
    """Throw the pictures away, but those that were added to one's own.

    What was made counts for the quota all the same: the row stays for a day, unseen.
    """
    Job.objects.filter(kind=JobKind.GENERATE, subject=generation.pk).delete()
    Sample.objects.filter(generation=generation).delete()
    mine = Generation.objects.filter(pk=generation.pk)
    mine.update(deleted_at=timezone.now(), film=None)
    _tell(generation)


@transaction.atomic
def keep(owner: User, sample: Sample, *, medium: str, title: str) -> Artwork:
    """Add it to one's pictures, marked as generated. Again it is the same artwork.

    Raises OverQuota, and NotFound when it was deleted meanwhile.
    """
    lock_library(owner)
    if not Sample.objects.select_for_update(no_key=True, of=("self",)).filter(pk=sample.pk):
        raise NotFound
    accepted = accept_upload(
        owner=owner,
        content=blobs.open_blob(sample.blob),
        filename=filename_of(sample),
        medium=medium,
        title=title,
    )
    artwork = accepted.artwork
    Artwork.objects.filter(pk=artwork.pk).update(generated=recipe_of(sample))
    Sample.objects.filter(pk=sample.pk).update(artwork=artwork)
    _tell(sample.generation)
    return artwork


def _tell(generation: Generation) -> None:
    publish(generation.owner_id, EventKind.GENERATION_CHANGED, [generation.pk])
