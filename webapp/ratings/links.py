"""The link of a campaign: signed, good until its organiser revokes it."""

from typing import Final
from uuid import UUID

from django.core.signing import BadSignature, Signer

from webapp.common.errors import NotFound
from webapp.ratings.models.campaigns import Campaign

_SALT: Final = "webapp.ratings.links"


def token_of(campaign: Campaign) -> str:
    """What the address of joining holds. It changes when the link is revoked."""
    return Signer(salt=_SALT).sign_object([campaign.pk.hex, campaign.link_epoch])


def campaign_of_token(token: str) -> Campaign:
    """The campaign behind a link, no draft. Raises NotFound for a forged or revoked one."""
    try:
        named, epoch = Signer(salt=_SALT).unsign_object(token)
    except BadSignature as error:
        raise NotFound from error
    published = Campaign.objects.filter(published_at__isnull=False).select_related("attribute")
    found = published.filter(pk=UUID(named), link_epoch=epoch).first()
    if found is None:
        raise NotFound
    return found
