"""Batches of crops: what an owner does with them. One transaction each."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalogue.models import Album, AlbumItem, Artwork, ArtworkState
from webapp.common.errors import ApplicationError, Conflict
from webapp.cropping.models import BatchPicture, CropBatch
from webapp.cropping.sizes import CutSize, FileFormat
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.fields import active_cropper, ask_soon
from webapp.inference.models import CropField
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.jobs.selectors import STOPPED_STATES
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion

MOST_BATCHES = 20
MOST_FILES = 5000
PATIENCE_SECONDS = 24 * 3600  # a picture without its field is looked at again after that
RETRIED = (*STOPPED_STATES, JobState.CANCELLED)


class TooMuch(ApplicationError):
    """The user must ask for less, or delete earlier batches."""

    code = "too_many_files"


class TooManyBatches(Conflict):
    """The user must delete earlier batches."""

    code = "too_many_batches"


class AlbumEmpty(Conflict):
    """The user must add pictures first."""

    code = "album_empty"


@transaction.atomic
def start(album: Album, *, sizes: Sequence[CutSize], file_format: FileFormat) -> CropBatch:
    """Have every picture of the album cut to the sizes.

    Raises AlbumEmpty, TooMuch, TooManyBatches, and NoModel without a cropper.
    """
    cropper = active_cropper()
    owner = User.objects.select_for_update(no_key=True).get(pk=album.owner_id)
    if CropBatch.objects.visible_to(owner).count() >= MOST_BATCHES:
        raise TooManyBatches(
            f"There are {MOST_BATCHES} batches already. Delete one that you have downloaded."
        )
    items = _pictures_of(album)
    _require_some(items.count(), len(sizes))
    pictures = [item.artwork for item in items]
    batch = CropBatch.objects.create(
        owner=owner, album=album, title=album.title, format=file_format, expires_at=_expiry(),
        sizes=[[str(size.aspect), size.width] for size in sizes],
    )  # fmt: skip
    BatchPicture.objects.bulk_create(
        BatchPicture(
            batch=batch, artwork=each, title=each.title or each.filename or "untitled", place=place
        )
        for place, each in enumerate(pictures)
    )
    ask(batch, [each.pk for each in pictures], cropper)
    publish(owner.pk, EventKind.CROPS_CHANGED, [batch.pk])
    return batch


@transaction.atomic
def cancel(batch: CropBatch) -> None:
    """Stop what is not done; the files that exist stay. Raises Conflict when nothing goes on."""
    if not jobs.cancel(jobs_of(batch)):
        raise Conflict("This batch is not running; there is nothing to cancel.")
    CropBatch.objects.filter(pk=batch.pk).update(cancelled_at=timezone.now())
    publish(batch.owner_id, EventKind.CROPS_CHANGED, [batch.pk])


@transaction.atomic
def retry(batch: CropBatch) -> None:
    """Give the pictures that failed or were called off fresh attempts. Raises Conflict, NoModel."""
    stopped = jobs_of(batch).filter(state__in=RETRIED)
    again = list(stopped.values_list("subject", flat=True))
    if not again:
        raise Conflict("Nothing of this batch has failed; there is nothing to retry.")
    stopped.delete()  # asking anew decides whether a picture must be looked at first
    ask(batch, again, active_cropper())
    CropBatch.objects.filter(pk=batch.pk).update(cancelled_at=None, expires_at=_expiry())
    publish(batch.owner_id, EventKind.CROPS_CHANGED, [batch.pk])


@transaction.atomic
def delete(batch: CropBatch) -> None:
    """Throw it away with its files; what is at work on it loses its job."""
    jobs_of(batch).delete()
    CropBatch.objects.filter(pk=batch.pk).delete()
    publish(batch.owner_id, EventKind.CROPS_CHANGED, [batch.pk])


def drop_expired() -> int:
    """Throw away the batches whose time is over. Safe to run twice, and beside itself."""
    expired = list(CropBatch.objects.filter(expires_at__lte=timezone.now()))
    for batch in expired:
        delete(batch)
    return len(expired)


def jobs_of(batch: CropBatch) -> QuerySet[Job]:
    """The job of every picture."""
    return Job.objects.filter(kind=JobKind.CUT, params_hash=str(batch.pk))


def ask(batch: CropBatch, artworks: Collection[UUID], cropper: ModelVersion) -> None:
    """Have pictures cut: at once, or as soon as the cropper has looked at them.

    A field that is recorded while this is not committed tells nobody: hence the look afterwards.
    """
    rows = Artwork.objects.filter(pk__in=artworks).values_list("pk", "owner", "state")
    states = {(pk, owner): state for pk, owner, state in rows}
    fields = CropField.objects.filter(model_version=cropper, artwork__in=artworks)
    seen = set(fields.values_list("artwork", flat=True))
    # What cannot be looked at is told at once, by the worker.
    failed = {each for each, state in states.items() if state == ArtworkState.FAILED}
    ready = {each for each in states if each[0] in seen} | failed
    ask_soon([each for each, state in states.items() if state == ArtworkState.READY])
    for some, delay in ((ready, 0), (states.keys() - ready, PATIENCE_SECONDS)):
        jobs.enqueue_many(
            some, kind=JobKind.CUT, queue=Queue.IO, params=str(batch.pk), delay_seconds=delay
        )
    transaction.on_commit(wake_forgotten, robust=True)


def field_recorded(artwork_id: UUID) -> None:
    """A picture was looked at: batches that wait for it go on. Idempotent.

    To be called when the field is committed. A worker that dies before leaves it to housekeeping.
    """
    waiting = Job.objects.filter(kind=JobKind.CUT, subject=artwork_id, state=JobState.QUEUED)
    jobs.urge(waiting, queue=Queue.IO)


def wake_forgotten() -> int:
    """Pictures that were looked at or cannot be, and were not told; returns how many go on."""
    cropper = registry.active(ModelKind.CROPPER)
    digest = cropper.digest if cropper else ""
    failed = Job.objects.filter(
        kind=JobKind.CROP, model_version=digest, state__in=STOPPED_STATES
    ).values("subject")
    late = Job.objects.filter(
        kind=JobKind.CUT, state=JobState.QUEUED, attempt=0, not_before__gt=timezone.now()
    )
    fields = CropField.objects.filter(model_version=cropper).values("artwork")
    return jobs.urge(late.filter(Q(subject__in=fields) | Q(subject__in=failed)), queue=Queue.IO)


def tell(batch_id: UUID) -> None:
    """Say to its owner that a batch went on."""
    with transaction.atomic():
        for owner_id in CropBatch.objects.filter(pk=batch_id).values_list("owner", flat=True):
            publish(owner_id, EventKind.CROPS_CHANGED, [batch_id])


def _pictures_of(album: Album) -> QuerySet[AlbumItem]:
    """In their order."""
    mine = album.items.filter(artwork__deleted_at=None, artwork__owner=album.owner_id)
    return mine.select_related("artwork").order_by("added_at", "artwork_id")


def _require_some(pictures: int, sizes: int) -> None:
    if not pictures:
        raise AlbumEmpty("The album has no pictures. Add some, then crop them.")
    if pictures * sizes > MOST_FILES:
        raise TooMuch(
            f"{pictures} pictures in {sizes} sizes are {pictures * sizes} files;"
            f" a batch may have {MOST_FILES}. Ask for fewer sizes, or crop a smaller album."
        )


def _expiry() -> datetime:
    return timezone.now() + timedelta(days=settings.CROPS_KEEP_DAYS)
