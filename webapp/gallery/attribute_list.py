"""The read model of all attributes: what each asks, and how far its answers are to be trusted."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from ml.contracts.attributes_card import AttributesCard
from webapp.gallery.evidence import Standing, standing
from webapp.registry import selectors as registry
from webapp.registry.models import Attribute, ModelKind


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute. `votes`: how many answers people gave here."""

    attribute: Attribute
    standing: Standing
    votes: int


def attribute_list() -> list[AttributeRow]:
    """All of them, retired ones too, in the order of display. Two queries."""
    return _rows(Attribute.objects.all())


def one(attribute: Attribute) -> AttributeRow:
    """One of them."""
    return _rows(Attribute.objects.filter(pk=attribute.pk))[0]


def _rows(attributes: QuerySet[Attribute]) -> list[AttributeRow]:
    card = registry.attributes_card(registry.active(ModelKind.ATTRIBUTES))
    counted = attributes.annotate(votes=Count("ratings")).order_by("place", "key")
    return [_row(each, each.votes, card) for each in counted]


def _row(attribute: Attribute, votes: int, card: AttributesCard | None) -> AttributeRow:
    return AttributeRow(attribute, standing(attribute, card), votes)
