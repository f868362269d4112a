"""Where people join a campaign, and where they see its pictures."""

from uuid import UUID

from django.urls import reverse

from webapp.ratings.links import token_of
from webapp.ratings.models import Campaign


def join_address(campaign: Campaign) -> str:
    """Of the page by which people join."""
    return reverse("join", args=[token_of(campaign)])


def media_address(campaign_id: UUID, entry_id: UUID, size: str) -> str:
    """Of a display file of an entry, for all who may see it."""
    return reverse("entry-file", args=[campaign_id, entry_id, size, "webp"])
