"""An owner's focal point: what every crop of an artwork must hold, kept once for all sizes."""

from django.db import transaction

from ml.contracts.crops import Point
from webapp.catalogue.models import Artwork
from webapp.events.payloads import EventKind
from webapp.events.publish import publish


def focal_of(artwork: Artwork) -> Point | None:
    """The point that is kept, if any."""
    if artwork.focal_x is None or artwork.focal_y is None:
        return None
    return Point(artwork.focal_x, artwork.focal_y)


@transaction.atomic
def keep_focal(artwork: Artwork, point: Point | None) -> None:
    """Keep the point in place of an earlier one; None forgets it."""
    artwork.focal_x, artwork.focal_y = (point.x, point.y) if point else (None, None)
    artwork.save(update_fields=["focal_x", "focal_y"])
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])
