"""Where an artwork's files are, for its owner and for whoever holds a share link."""

from uuid import UUID

from django.urls import reverse

from webapp.catalogue.models import Artwork


class Links:
    """Addresses for the owner."""

    def rendition(self, artwork: Artwork, size: str) -> str:
        """Address of a display file."""
        return reverse("rendition", args=[artwork.pk, size, "webp"])

    def map(self, artwork_id: UUID, map_id: UUID) -> str:
        """Address of a map of what a judgement rests on."""
        return reverse("map", args=[artwork_id, map_id])


class ShareLinks(Links):
    """Addresses for whoever holds the link."""

    def __init__(self, token: str) -> None:
        self.token = token

    def rendition(self, artwork: Artwork, size: str) -> str:
        """Address of a display file under the link."""
        return reverse("share-rendition", args=[self.token, artwork.pk, size, "webp"])

    def map(self, artwork_id: UUID, map_id: UUID) -> str:
        """Address of a map under the link."""
        return reverse("share-map", args=[self.token, artwork_id, map_id])
