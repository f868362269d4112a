"""Write people's votes."""

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.ratings.models import Rating


@transaction.atomic
def submit(rater: User, artwork: Artwork, *, value: int) -> None:
    """One vote of 1 to 10; voting again replaces it."""
    Rating.objects.update_or_create(
        rater=rater, artwork=artwork, defaults={"value": value, "rated_at": timezone.now()}
    )
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])


@transaction.atomic
def withdraw(rater: User, artwork: Artwork) -> None:
    """Take one's vote back; without a vote nothing happens."""
    if Rating.objects.filter(rater=rater, artwork=artwork).delete()[0]:
        publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])
