"""A picture of a batch: what is to be cut from it, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from ml.contracts.crops import CropError, RankedCrop
from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, ArtworkState, Blob
from webapp.catalogue.provenance import marked
from webapp.catalogue.services import lock_library
from webapp.common.errors import ApplicationError
from webapp.cropping.batches import ask
from webapp.cropping.focal import focal_of
from webapp.cropping.models import BatchFile, BatchPicture, CropBatch
from webapp.cropping.progress import GONE
from webapp.cropping.sizes import Cut, CutSize, FileFormat
from webapp.inference import cropping
from webapp.inference.fields import active_cropper
from webapp.inference.models import CropField
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.models import Job, JobKind
from webapp.jobs.selectors import STOPPED_STATES


class BatchGone(ApplicationError):
    """The owner called the batch off or threw it away; nobody waits for the picture."""

    status = 404
    code = "batch_gone"


class PictureGone(ApplicationError):
    """The owner must bring the picture back."""

    status = 404
    code = GONE[0]


class NotLookedAt(ApplicationError):
    """The picture must be looked at first: `wait_for_field`."""

    status = 409
    code = "not_ready"


class CropsOverLimit(ApplicationError):
    """The user must delete earlier batches, or ask for smaller sizes."""

    status = 413
    code = "crops_over_limit"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file that is to be made: the crop that was found best for a size."""

    place: int
    size: CutSize
    crop: RankedCrop
    cut: Cut
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A size that the picture cannot give."""

    size: CutSize
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class CutOrder:
    """A picture with its original, the files to make of it and the sizes that cannot be."""

    picture: BatchPicture
    source: Artwork
    pieces: tuple[Piece, ...]
    refused: tuple[Refusal, ...]

    @property
    def batch(self) -> CropBatch:
        """To which the picture belongs."""
        return self.picture.batch

    @property
    def file_format(self) -> FileFormat:
        """Of all files."""
        return FileFormat(self.batch.format)


def order_of(claim: Claim) -> CutOrder:
    """What a job of the kind `cut` asks for, ranked anew.

    Raises NotLookedAt without a field, BatchGone, PictureGone, and ApplicationError with the reason
    of a picture that cannot be looked at, or that can give none of the sizes.
    """
    picture = _picture(claim)
    source = picture.artwork
    if source is None or source.deleted_at is not None:
        raise PictureGone(GONE[1])
    field = _field(source)
    pieces: list[Piece] = []
    refused: list[Refusal] = []
    for place, size in enumerate(picture.batch.cut_sizes):
        try:
            pieces.append(_piece(place, size, source, field))
        except CropError as error:
            refused.append(Refusal(size, error.code, f"{size}: {error}"))
    if not pieces:
        raise ApplicationError(refused[0].text, code=refused[0].code)
    return CutOrder(picture, source, tuple(pieces), tuple(refused))


@transaction.atomic
def wait_for_field(claim: Claim) -> None:
    """Put the picture back until it was looked at. Raises LostLeaseError, NoModel."""
    require(ours=jobs.finish(claim))
    Job.objects.filter(pk=claim.id).delete()
    batch = CropBatch.objects.filter(pk=UUID(claim.params)).first()
    if batch is not None:
        ask(batch, [claim.subject], active_cropper())


@transaction.atomic
def record_cuts(claim: Claim, order: CutOrder, files: Sequence[bytes]) -> None:
    """Keep the files of a picture, in the order of its pieces, in place of earlier ones.

    Those of a generated one say that it is.
    Raises LostLeaseError when the job belongs to another worker by now, BatchGone, or
    CropsOverLimit; then nothing is kept.
    """
    owner = order.source.owner
    if order.source.generated is not None:
        files = [marked(data) for data in files]
    lock_library(owner)  # before the job, as purging does: no deadlock
    require(ours=jobs.finish(claim))
    if not CropBatch.objects.select_for_update(no_key=True).filter(pk=order.batch.pk).exists():
        raise BatchGone("The batch was thrown away meanwhile.")
    order.picture.files.all().delete()
    _require_room(owner, sum(len(data) for data in files))
    stored = _stored(files, order.file_format)
    BatchFile.objects.bulk_create(
        _file(order.picture, piece, stored[data])
        for piece, data in zip(order.pieces, files, strict=True)
    )
    order.picture.refused = [[str(each.size), each.code, each.text] for each in order.refused]
    order.picture.save(update_fields=["refused"])


def _picture(claim: Claim) -> BatchPicture:
    rows = BatchPicture.objects.select_related("batch", "artwork__original", "artwork__owner")
    found = rows.filter(
        batch=UUID(claim.params), batch__cancelled_at=None, artwork=claim.subject
    ).first()
    if found is None:
        raise BatchGone("The batch was called off, or thrown away.")
    return found


def _field(source: Artwork) -> bytes:
    """What the active cropper saw. Raises NotLookedAt, or the reason why it cannot look."""
    cropper = active_cropper()
    found = CropField.objects.filter(artwork=source, model_version=cropper)
    data = found.values_list("data", flat=True).first()
    if data is not None:
        return bytes(data)
    if source.state == ArtworkState.FAILED:
        raise ApplicationError(source.error_text, code=source.error_code)
    looked = Job.objects.filter(kind=JobKind.CROP, subject=source.pk, model_version=cropper.digest)
    failed = looked.filter(state__in=STOPPED_STATES).first()
    if failed is not None:
        raise ApplicationError(failed.error_text, code=failed.error_code)
    raise NotLookedAt("The picture was not looked at yet.")


def _piece(place: int, size: CutSize, source: Artwork, field: bytes) -> Piece:
    try:
        ranked = cropping.crops_of(source, field, size.ask(focal=focal_of(source)))
    except cropping.FieldUnreadable as error:
        cropping.forget_unreadable(source)
        raise NotLookedAt(error.detail) from error
    crop = ranked.crops[0]
    made = size.of(crop.box)
    notes = [*ranked.notes, *(loss.words for loss in crop.losses)]
    if size.falls_short(made):
        notes.append(f"Smaller than asked for ({size}): the picture is not enlarged.")
    return Piece(place, size, crop, Cut(crop.box, *made), tuple(notes))


def _require_room(owner: User, size: int) -> None:
    """Raises CropsOverLimit when the files of all batches of the owner would hold too much."""
    kept = BatchFile.objects.filter(picture__batch__owner=owner)
    used = kept.aggregate(used=Sum("bytes", default=0))["used"]
    if used + size > settings.CROPS_MAX_BYTES:
        raise CropsOverLimit(
            f"Your batches of crops hold {used / 1e6:,.1f} MB and may hold"
            f" {settings.CROPS_MAX_BYTES / 1e6:,.1f} MB. Delete earlier ones, then retry."
        )


def _stored(files: Sequence[bytes], file_format: FileFormat) -> dict[bytes, Blob]:
    """As blobs, locked in one order as display files are."""
    in_order = sorted(set(files), key=lambda data: sha256(data).digest())
    return {data: blobs.store(data, content_type=file_format.content_type) for data in in_order}


def _file(picture: BatchPicture, piece: Piece, blob: Blob) -> BatchFile:
    crop = piece.crop
    return BatchFile(
        picture=picture,
        place=piece.place,
        x=crop.box.x,
        y=crop.box.y,
        width=crop.box.width,
        height=crop.box.height,
        file_width=piece.cut.width,
        file_height=piece.cut.height,
        bytes=blob.size,
        focal_x=crop.focal.x,
        focal_y=crop.focal.y,
        score=crop.terms.total,
        notes=" ".join(piece.notes),
        blob=blob,
    )
