"""What people do with generations: ask, call off, try again, delete, keep a picture."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork
from webapp.catalogue.services import lock_library
from webapp.catalogue.validation import MAX_TITLE
from webapp.common.errors import ApplicationError, Conflict, NotFound
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.gallery.services import accept_upload
from webapp.generation.models import Generation, Sample
from webapp.generation.recipes import filename_of, recipe_of, title_of
from webapp.generation.selectors import quota_of
from webapp.generation.wishes import Generator, Wish, checked, require_generator
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.categories import rename
from webapp.registry.models import ModelVersion

BROKEN: Final = (JobState.FAILED, JobState.DEAD, JobState.CANCELLED)
SHOWN: Final = 8  # samples of each category
SHOWN_SEED: Final = 1


class OverGenerationQuota(ApplicationError):
    """The user must ask for fewer or wait; the operator may grant more."""

    status = 429
    code = "over_generation_quota"


@transaction.atomic
def start(owner: User, generator: Generator, wish: Wish) -> Generation:
    """Have it made. Raises OverGenerationQuota with how many are `left`."""
    lock_library(owner)
    _require_quota(owner, wish.count)
    generation = _wished(owner, generator, wish)
    ask(generation)
    _tell(generation)
    return generation


@transaction.atomic
def retry(owner: User, generation: Generation) -> None:
    """Make the rest of what failed or was called off.

    Raises GeneratorRetired, OverGenerationQuota, and Conflict when nothing is left to do.
    """
    lock_library(owner)
    require_generator(generation.model_version.name)
    ended = Job.objects.filter(kind=JobKind.GENERATE, subject=generation.pk, state__in=BROKEN)
    _require_quota(owner, generation.count - generation.made)
    if not jobs.restart(ended):
        raise Conflict("This is made, or being made; there is nothing to try again.")
    Generation.objects.filter(pk=generation.pk).update(retried_at=timezone.now())
    _tell(generation)


@transaction.atomic
def show_categories(viewer: User, generator: Generator) -> None:
    """Have samples of each category made that everybody sees beside its name. Idempotent.

    The same seeds for all, in the middle of the dial; what failed is tried again.
    """
    version = ModelVersion.objects.select_for_update(no_key=True).get(pk=generator.version.pk)
    shown = Generation.objects.filter(model_version=version, shows_category=True)
    jobs.restart(Job.objects.filter(
        kind=JobKind.GENERATE, subject__in=shown.values("pk"), state__in=BROKEN
    ))  # fmt: skip
    there = set(shown.values_list("category", flat=True))
    dial = generator.card.dial
    for category in generator.card.categories:
        if category.key not in there:
            fields = {
                "category": category.key, "dial": (dial.low + dial.high) / 2,
                "seed": SHOWN_SEED, "count": SHOWN,
            }  # fmt: skip
            wish = checked(fields, generator.card)
            ask(_wished(viewer, generator, wish, shows_category=True))


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

    Without a ``title`` it is called by its category and seed.

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
        title=title or title_of(sample)[:MAX_TITLE],
    )
    artwork = accepted.artwork
    Artwork.objects.filter(pk=artwork.pk).update(generated=recipe_of(sample))
    Sample.objects.filter(pk=sample.pk).update(artwork=artwork)
    _tell(sample.generation)
    return artwork


@transaction.atomic
def name_category(version: ModelVersion, key: str, name: str, *, by: User) -> None:
    """Call a category so from now on; without a name as its card does. Raises NotFound, BadName."""
    rename(version, key, name, by=by)
    jobs.tell_staff([version.pk], kind=EventKind.GENERATION_CHANGED)


def _require_quota(owner: User, count: int) -> None:
    """Raises OverGenerationQuota."""
    quota = quota_of(owner)
    if count > quota.left:
        raise OverGenerationQuota(
            f"You may have {quota.limit} pictures made in 24 hours and {quota.left} are left."
            f" {count} are too many now.",
            left=quota.left,
        )


def _wished(
    owner: User, generator: Generator, wish: Wish, *, shows_category: bool = False
) -> Generation:
    return Generation.objects.create(
        owner=owner, model_version=generator.version, kind=wish.kind, category=wish.category,
        histogram=list(wish.histogram), dial=wish.dial, seed=wish.seed, seed_to=wish.seed_to,
        truncation=wish.truncation, count=wish.count, keep_best=wish.keep_best,
        shows_category=shows_category,
    )  # fmt: skip


def _tell(generation: Generation) -> None:
    publish(generation.owner_id, EventKind.GENERATION_CHANGED, [generation.pk])
