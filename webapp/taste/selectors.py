"""Read a person's picks, how far their head is, and what it says. Only ever for that person."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from ml.contracts.taste import enough
from webapp.catalogue.models import Visitor
from webapp.taste.models import Pick, Taste, TasteScore


class TasteState(StrEnum):
    """How far it is: too few picks; at work; with an order of one's own; or without, honestly."""

    GATHERING = "gathering"
    LEARNING = "learning"
    SHOWN = "shown"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True, slots=True)
class TasteView:
    """What the taste page shows."""

    liked: int
    disliked: int
    state: TasteState
    badge: dict[str, Any] | None

    @property
    def picks(self) -> int:
        """Of both kinds."""
        return self.liked + self.disliked


@dataclass(frozen=True, slots=True)
class Own:
    """Of one picture: the reader's pick, and the chance that they like it where that is shown."""

    pick: bool | None = None
    value: float | None = None


def tally(user: Visitor) -> tuple[int, int]:
    """How many pictures that are still there one likes, and how many not."""
    picks = Pick.objects.visible_to(user).filter(artwork__deleted_at=None)
    counts = picks.aggregate(
        likes=Count("pk", filter=Q(liked=True)), dislikes=Count("pk", filter=Q(liked=False))
    )
    return counts["likes"], counts["dislikes"]


def taste_of(user: Visitor) -> TasteView:
    """One's own. Two queries."""
    liked, disliked = tally(user)
    taste = Taste.objects.visible_to(user).only("badge").first()
    badge = taste.badge if taste is not None and taste.badge else None
    return TasteView(liked, disliked, _state(badge, there=enough(liked, disliked)), badge)


def own_of(user: Visitor, artworks: Collection[UUID]) -> dict[UUID, Own]:
    """By artwork, those that one picked or that have a value. Two queries, whatever the number."""
    picks = Pick.objects.visible_to(user).filter(artwork__in=artworks)
    picked = dict(picks.values_list("artwork_id", "liked"))
    values = dict(
        TasteScore.objects.filter(
            taste__in=Taste.objects.visible_to(user), artwork__in=artworks
        ).values_list("artwork_id", "value")
    )
    return {each: Own(picked.get(each), values.get(each)) for each in {*picked, *values}}


def _state(badge: dict[str, Any] | None, *, there: bool) -> TasteState:
    if not there:
        return TasteState.GATHERING
    if badge is None:
        return TasteState.LEARNING
    return TasteState.SHOWN if badge["shown"] else TasteState.NOT_SHOWN
