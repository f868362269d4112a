"""Who is behind a request, as raters: an account, or a guest whose session remembers some."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from webapp.ratings.models import Fusion, Rater
from webapp.ratings.statements import LOCK_RATER, LOCK_RATER_IN, RATER_IN

_FUSION: Final = Fusion.campaign.field.remote_field


@dataclass(frozen=True, slots=True)
class Caller:
    """An account, or the raters of a guest by their ids; never both."""

    user: int | None
    guests: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """As the statements name them."""
        return {"user": self.user, "guests": list(self.guests)}


def rater_in(campaign_id: UUID, caller: Caller) -> Rater | None:
    """The caller in one campaign, with campaign, its attribute and its fusion."""
    return _whole(RATER_IN.first({"campaign": campaign_id, **caller.values()}))


def locked_in(campaign_id: UUID, caller: Caller) -> Rater | None:
    """The same; nobody else asks or answers for them until the end of the transaction."""
    return _whole(LOCK_RATER_IN.first({"campaign": campaign_id, **caller.values()}))


def locked(rater_id: UUID, caller: Caller) -> Rater | None:
    """The same of a certain rater; None for somebody else's."""
    return _whole(LOCK_RATER.first({"rater": rater_id, **caller.values()}))


def _whole(row: tuple[Any, ...] | None) -> Rater | None:
    if row is None:
        return None
    rater: Rater
    rater, campaign, attribute, fusion = row
    rater.campaign = campaign
    campaign.attribute = attribute
    _FUSION.set_cached_value(campaign, fusion)  # also that there is none
    return rater
