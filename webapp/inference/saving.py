"""Have what a person liked made from the original, as a new artwork: a proposal, or a crop."""

from math import gcd

from django.db import transaction

from ml.contracts.crops import Box, CropError
from webapp.catalogue.models import Artwork
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.models import Proposal, SavedCrop
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, JobKind, Queue

_READABLE = 40  # 1003:517 says nothing that 1003 x 517 does not


@transaction.atomic
def save_now(artwork: Artwork, wanted: Proposal | SavedCrop) -> bool:
    """Ask for it; True when there is such an artwork already.

    Idempotent: one that is in the trash or failed is asked for again.
    """
    saved = wanted.saved_as
    if saved is not None and saved.deleted_at is None:
        return True
    job = jobs.enqueue(
        kind=JobKind.EXPORT, subject=artwork.pk, owner_id=artwork.owner_id, queue=Queue.IO,
        params=str(wanted.pk),
    )  # fmt: skip
    jobs.urge(Job.objects.filter(pk=job.pk), queue=Queue.IO)
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])
    return False


def saved_crop(artwork: Artwork, box: Box) -> SavedCrop:
    """The row of a crop that is to be saved, made when there is none.

    Raises CropError ``box_outside``, or ``whole_picture`` for one that takes nothing away.
    """
    require_inside(artwork, box)
    if (box.width, box.height) == (artwork.width, artwork.height):
        raise CropError("whole_picture", "This is the whole picture: there is nothing to cut away.")
    found, _ = SavedCrop.objects.select_related("saved_as").get_or_create(
        artwork=artwork, x=box.x, y=box.y, width=box.width, height=box.height,
        defaults={"words": _words(box)},
    )  # fmt: skip
    return found


def require_inside(artwork: Artwork, box: Box) -> None:
    """Raises CropError ``box_outside`` unless the box lies in the picture and holds pixels."""
    box.require_within(artwork.width or 0, artwork.height or 0)


def _words(box: Box) -> str:
    common = gcd(box.width, box.height)
    shape = box.width // common, box.height // common
    told = f" ({shape[0]}:{shape[1]})" if max(shape) <= _READABLE else ""
    return f"Cropped to {box.width} x {box.height}{told}."
