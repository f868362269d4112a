"""Make an artwork from a proposal: what is to be done to which picture, and what came of it."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from uuid import UUID

from django.db import transaction

from ml.contracts.edits import Edits
from webapp.catalogue.models import Artwork
from webapp.catalogue.services import lock_library
from webapp.common.errors import ApplicationError
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.gallery.services import accept_upload
from webapp.inference.models import Proposal
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require


class ProposalGone(ApplicationError):
    """The owner must bring the picture back, or ask the coach again."""

    status = 404
    code = "proposal_gone"


@dataclass(frozen=True, slots=True)
class Order:
    """A proposal, the artwork it is for with its original, and the recipe."""

    proposal: Proposal
    source: Artwork
    edits: Edits


def order_of(claim: Claim) -> Order:
    """What an export job asks for. Raises ProposalGone, EditsError for a recipe of other bounds."""
    rows = Proposal.objects.select_related("advice__artwork__original", "advice__artwork__owner")
    live = rows.filter(advice__artwork=claim.subject, advice__artwork__deleted_at=None)
    proposal = live.filter(pk=UUID(claim.params)).first()
    if proposal is None:
        raise ProposalGone("The picture or the proposal was thrown away meanwhile.")
    return Order(proposal, proposal.advice.artwork, Edits.from_json(proposal.edits))


@transaction.atomic
def record_export(claim: Claim, order: Order, picture: bytes) -> Artwork:
    """Keep an edited picture as an artwork beside its source. The same one twice is one artwork.

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
        content=BytesIO(picture),
        filename=f"{PurePath(source.filename).stem or 'picture'}-edited.jpg",
        medium=source.medium,
        title=source.title,
    ).artwork
    if made.pk != source.pk:
        words = order.proposal.words
        Artwork.objects.filter(pk=made.pk).update(derived_from=source, derivation=words)
    Proposal.objects.filter(pk=order.proposal.pk).update(saved_as=made)
    publish(source.owner_id, EventKind.ARTWORK_CHANGED, [source.pk, made.pk])
    return made
