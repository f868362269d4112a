"""Keep where pictures lie. An embedding settles with its job."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from webapp.catalogue.models import Artwork
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.taste.asking import ask_for_embeddings, ask_to_learn, unplaced
from webapp.taste.models import Embedding, Taste


@transaction.atomic
def record_embedding(claim: Claim, vector: bytes, *, space: str) -> bool:
    """Keep it, and have its owner's head look at it; False for an artwork that is gone.

    Raises LostLeaseError, and keeps nothing, when the job belongs to another worker by now, or
    the owner had everything about their taste deleted.
    """
    require(ours=jobs.finish(claim))
    artwork = Artwork.objects.filter(pk=claim.subject).held().first()
    if artwork is None:
        return False
    Embedding.objects.update_or_create(artwork=artwork, space=space, defaults={"vector": vector})
    taste = Taste.objects.filter(user=artwork.owner_id).first()
    if taste is not None:
        ask_to_learn(taste)
    return True


def judged(artworks: Collection[UUID]) -> int:
    """These have a score now: have those placed that matter; returns how many became waiting."""
    if not artworks or not Taste.objects.exists():
        return 0
    return ask_for_embeddings(unplaced().filter(pk__in=artworks))
