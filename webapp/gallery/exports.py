"""Make an artwork from a proposal or a crop: what to do to which picture, and what came of it."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from uuid import UUID

from django.db import transaction

from ml.contracts.crops import Box
from ml.contracts.edits import Edits
from webapp.catalogue.models import Artwork
from webapp.catalogue.provenance import marked
from webapp.catalogue.services import lock_library
from webapp.common.errors import ApplicationError
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.gallery.services import accept_upload
from webapp.inference.models import Proposal, SavedCrop
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require


class ProposalGone(ApplicationError):
    """The owner must bring the picture back, or ask for the proposal or the crop again."""

    status = 404
    code = "proposal_gone"


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted, and the artwork it is made from with its original."""

    wanted: Proposal | SavedCrop
    source: Artwork

    @property
    def recipe(self) -> Edits | Box:
        """How to edit the original, or what to cut from it. Raises EditsError."""
        if isinstance(self.wanted, SavedCrop):
            return self.wanted.box
        return Edits.from_json(self.wanted.edits)

    @property
    def filename(self) -> str:
        """Of what is made."""
        done = "cropped" if isinstance(self.wanted, SavedCrop) else "edited"
        return f"{PurePath(self.source.filename).stem or 'picture'}-{done}.jpg"


def order_of(claim: Claim) -> Order:
    """What an export job asks for. Raises ProposalGone."""
    asked = UUID(claim.params)
    proposals = Proposal.objects.filter(pk=asked, advice__artwork=claim.subject)
    crops = SavedCrop.objects.filter(pk=asked, artwork=claim.subject)
    wanted = proposals.first() or crops.first()
    rows = Artwork.objects.select_related("original", "owner")
    source = rows.filter(pk=claim.subject, deleted_at=None).first()
    if wanted is None or source is None:
        raise ProposalGone("The picture, or what was wanted of it, was thrown away meanwhile.")
    return Order(wanted, source)


@transaction.atomic
def record_export(claim: Claim, order: Order, picture: bytes) -> Artwork:
    """Keep what was made as an artwork beside its source. The same one twice is one artwork.

    Raises LostLeaseError when the job belongs to another worker by now, OverQuota, RefusedImage or
    ProposalGone; then nothing is kept.
    """
    source = order.source
    lock_library(source.owner)  # before the job, as purging does: no deadlock
    require(ours=jobs.finish(claim))
    if not Artwork.objects.filter(pk=source.pk, deleted_at=None).exists():
        raise ProposalGone("The picture was thrown away meanwhile.")
    made = accept_upload(
        owner=source.owner,
        content=BytesIO(picture if source.generated is None else marked(picture)),
        filename=order.filename,
        medium=source.medium,
        title=source.title,
    ).artwork
    if made.pk != source.pk:
        words = order.wanted.words
        Artwork.objects.filter(pk=made.pk).update(
            derived_from=source, derivation=words, generated=source.generated
        )
    wanted = SavedCrop.objects if isinstance(order.wanted, SavedCrop) else Proposal.objects
    wanted.filter(pk=order.wanted.pk).update(saved_as=made)
    publish(source.owner_id, EventKind.ARTWORK_CHANGED, [source.pk, made.pk])
    return made
