"""Pick, take back a pick, and forget everything that was learned of a person."""

from django.db import transaction
from django.utils import timezone

from ml.contracts.taste import enough
from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.jobs.models import Job, JobKind
from webapp.taste.asking import ask_for_embeddings, ask_to_learn, unplaced
from webapp.taste.models import Embedding, Pick, Taste
from webapp.taste.selectors import tally


@transaction.atomic
def pick(user: User, artwork: Artwork, *, liked: bool) -> None:
    """Say that one likes a picture of one's own, or does not. Idempotent; picking again counts."""
    taste, _ = Taste.objects.get_or_create(user=user)
    Pick.objects.update_or_create(
        user=user, artwork=artwork, defaults={"liked": liked, "picked_at": timezone.now()}
    )
    ask_for_embeddings(unplaced().filter(pk=artwork.pk))
    _learn(taste, artwork)


@transaction.atomic
def unpick(user: User, artwork: Artwork) -> None:
    """Take a pick back. Idempotent."""
    gone, _ = Pick.objects.filter(user=user, artwork=artwork).delete()
    taste = Taste.objects.filter(user=user).first()
    if gone and taste is not None:
        _learn(taste, artwork)


@transaction.atomic
def forget(user: User) -> None:
    """Delete one's picks and everything that came of them. A worker in the middle keeps nothing."""
    Job.objects.filter(owner=user, kind__in=(JobKind.EMBED, JobKind.TASTE)).delete()
    Embedding.objects.filter(artwork__owner=user).delete()
    Taste.objects.filter(user=user).delete()
    Pick.objects.filter(user=user).delete()
    publish(user.pk, EventKind.TASTE_CHANGED, [])


def _learn(taste: Taste, artwork: Artwork) -> None:
    """Soon; and other windows of the same person show the pick."""
    if taste.badge or enough(*tally(taste.user)):
        ask_to_learn(taste)
    publish(taste.user_id, EventKind.ARTWORK_CHANGED, [artwork.pk])
    publish(taste.user_id, EventKind.TASTE_CHANGED, [])
