"""What of a frozen snapshot may still be used: owners delete pictures, organisers take leave back.

A row of the manifest whose picture is gone is not shown, not learned from and not tested on.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    Exists,
    ExpressionWrapper,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
)
from django.db.models.functions import Cast

from ml.contracts.card import LEARNED_DIGITS
from webapp.ratings.models import Entry
from webapp.training.models import Snapshot, SnapshotPicture
from webapp.training.parts import Part


@dataclass(frozen=True, slots=True)
class Left:
    """How many pictures of a snapshot are gone, and how many are left to learn from and to test on.

    ``others``: left besides those to learn from.
    """

    gone: int
    train: int
    others: int
    test: int


def is_gone() -> Q:
    """Of a SnapshotPicture: deleted, in the trash, or in a campaign that was withdrawn.

    Withdrawn: one of those that the snapshot was made of, whose organiser allows it no more.
    """
    named = ExpressionWrapper(OuterRef("snapshot__spec__campaigns"), JSONField())
    own = Func(Cast("campaign_id", TextField()), function="to_jsonb", output_field=JSONField())
    closed = (
        Entry.objects.filter(artwork=OuterRef("artwork"), campaign__for_training=False)
        .annotate(named=named)
        .filter(named__contains=own)
    )
    return Q(artwork=None) | Q(artwork__deleted_at__isnull=False) | Q(Exists(closed))


def usable(snapshot: Snapshot) -> QuerySet[SnapshotPicture]:
    """Those that are there."""
    return SnapshotPicture.objects.filter(~is_gone(), snapshot=snapshot.pk)


def left(snapshot: Snapshot) -> Left:
    """In one query."""
    found = usable(snapshot).aggregate(
        all=Count("pk"),
        train=Count("pk", filter=Q(part=Part.TRAIN)),
        test=Count("pk", filter=Q(part=Part.TEST)),
    )
    there, train, test = (found[each] for each in ("all", "train", "test"))
    return Left(snapshot.pictures - there, train, there - train, test)


def taught(
    snapshot: Snapshot, card: Mapping[str, Any], parts: Collection[Part] = (Part.TEST,)
) -> int:
    """On how many of the pictures left in these parts the model of this card was taught.

    As the card says. The gate leaves them out: they would flatter that model.
    """
    tested = usable(snapshot).filter(part__in=parts).values_list("sha256", flat=True)
    return taught_of(tested, card, snapshot.attribute_id)


def taught_of(pictures: Iterable[str], card: Mapping[str, Any], attribute: str | None) -> int:
    """How many of these files taught the model of this card, or its head for the attribute."""
    told = card
    if attribute is not None:
        told = next((each for each in card.get("heads", ()) if each["key"] == attribute), {})
    learned = frozenset(told.get("learned", ()))
    return sum(each[:LEARNED_DIGITS] in learned for each in pictures)
