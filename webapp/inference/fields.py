"""Ask for crop fields, and record them. A field settles with its job."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from webapp.catalogue.models import Artwork, Rendition
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.explaining import (
    LATER_PRIORITY,
    LATER_SECONDS,
    NoModel,
    NotReady,
    ask_first,
)
from webapp.inference.models import CropField
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.models import Job, JobKind, Queue
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion


def active_cropper() -> ModelVersion:
    """Which looks at pictures now. Raises NoModel."""
    cropper = registry.active(ModelKind.CROPPER)
    if cropper is None:
        raise NoModel("No cropper is installed here. The operator must install one.")
    return cropper


def ask_for_fields(artworks: Collection[tuple[UUID, int]]) -> int:
    """Have (artwork, owner) pairs looked at in the background; returns how many became waiting.

    Those that the active cropper looked at already are left out.
    """
    cropper = registry.active(ModelKind.CROPPER)
    if cropper is None:
        return 0  # the reconciler asks when one is active
    return jobs.enqueue_many(
        _unseen(artworks, cropper),
        kind=JobKind.CROP,
        queue=Queue.GPU_BATCH,
        model_version=cropper.digest,
        priority=LATER_PRIORITY,
        delay_seconds=LATER_SECONDS,
    )


@transaction.atomic
def ask_soon(artworks: Collection[tuple[UUID, int]]) -> int:
    """A batch waits for these: they come before the rest of the library, after who looks at one.

    What failed before is tried again. Returns how many lack their field. Raises NoModel.
    """
    cropper = active_cropper()
    unseen = _unseen(artworks, cropper)
    jobs.enqueue_many(
        unseen, kind=JobKind.CROP, queue=Queue.GPU_BATCH, model_version=cropper.digest
    )
    asked = Job.objects.filter(kind=JobKind.CROP, model_version=cropper.digest)
    waiting = asked.filter(subject__in=[artwork for artwork, _ in unseen])
    jobs.restart(waiting)
    jobs.urge(waiting.exclude(queue=Queue.GPU_INTERACTIVE), queue=Queue.GPU_BATCH)
    return len(unseen)


@transaction.atomic
def look_now(artwork: Artwork) -> bool:
    """Somebody waits for the crops of an artwork; True when its field is there. Idempotent.

    Raises NotReady before the artwork has its display files, NoModel without a cropper.
    """
    cropper = active_cropper()
    if CropField.objects.filter(artwork=artwork, model_version=cropper).exists():
        return True
    if not Rendition.objects.filter(artwork=artwork).exists():
        raise NotReady("The picture has no display file yet. Look again when it has one.")
    ask_first(artwork, kind=JobKind.CROP, model_version=cropper.digest, params="")
    return False


@transaction.atomic
def record_field(claim: Claim, data: bytes, *, cropper: ModelVersion) -> bool:
    """Keep a field in place of earlier ones; False for an artwork that is gone.

    Raises LostLeaseError, and keeps nothing, when the job belongs to another worker by now.
    """
    require(ours=jobs.finish(claim))
    artwork = Artwork.objects.filter(pk=claim.subject).held().first()
    if artwork is None:
        return False
    CropField.objects.filter(artwork=artwork).delete()
    CropField.objects.create(artwork=artwork, model_version=cropper, data=data)
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])
    return True


def _unseen(
    artworks: Collection[tuple[UUID, int]], cropper: ModelVersion
) -> list[tuple[UUID, int]]:
    """Those without a field by the cropper."""
    known = CropField.objects.filter(
        model_version=cropper, artwork__in=[artwork for artwork, _ in artworks]
    )
    have = set(known.values_list("artwork", flat=True))
    return [each for each in artworks if each[0] not in have]
