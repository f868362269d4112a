"""Write people's votes."""

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.common.errors import ApplicationError
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.ratings.models import AttributeRating, Rating
from webapp.registry.models import Attribute


class OutOfRange(ApplicationError):
    """The rater must answer within the range of the question."""

    code = "out_of_range"


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


@transaction.atomic
def answer(rater: User, artwork: Artwork, attribute: Attribute, *, value: float) -> None:
    """One answer to the question of an attribute; answering again replaces it.

    Raises OutOfRange beyond its ends, or between its choices.
    """
    within = attribute.low <= value <= attribute.high
    if not within or (attribute.choices and value != round(value)):
        kind = "the position of a choice" if attribute.choices else "a number"
        raise OutOfRange(
            f"The answer is {kind} from {attribute.low:g} to {attribute.high:g}, not {value:g}."
        )
    AttributeRating.objects.update_or_create(
        rater=rater, artwork=artwork, attribute=attribute,
        defaults={"value": value, "rated_at": timezone.now()},
    )  # fmt: skip
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])


@transaction.atomic
def unanswer(rater: User, artwork: Artwork, attribute: Attribute) -> None:
    """Take one's answer back; without one nothing happens."""
    mine = AttributeRating.objects.filter(rater=rater, artwork=artwork, attribute=attribute)
    if mine.delete()[0]:
        publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])
