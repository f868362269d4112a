"""The read model of all attributes: what each asks, and how far its answers are to be trusted."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from ml.contracts.attributes_card import AttributesCard
from webapp.gallery.evidence import Evidence, Standing, standing
from webapp.gallery.figures import between, two_places
from webapp.registry import selectors as registry
from webapp.registry.models import Attribute, Family, ModelKind

FAMILIES = {  # in the order of the page
    Family.PHOTO: ("Photos", "What the raters of AADB were asked about photos."),
    Family.FEELING: ("Feelings", "How the raters of OASIS felt before a photo."),
    Family.MEASURE: ("Measured", "Formulas over the pixels."),
    Family.PAINTING: ("Paintings", "A vocabulary for paintings."),
    Family.RUBRIC: ("Rubric", "The ten marks that APDDv2 gives drawings and paintings."),
    Family.OWN: ("Our own", "Added here by an administrator."),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The evidence as the page writes it; `baseline` is empty where there is no rival."""

    srcc: str
    bounds: str
    baseline: str


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute. `votes`: how many answers people gave here."""

    attribute: Attribute
    standing: Standing
    votes: int

    @property
    def figures(self) -> Figures | None:
        """None without evidence."""
        evidence = self.standing.evidence
        return None if evidence is None else _figures(evidence)


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    """The attributes of one family, judgements first, then what has a number, then the rest."""

    family: str
    title: str
    about: str
    rows: tuple[AttributeRow, ...]


def attribute_list() -> list[AttributeRow]:
    """All of them, retired ones too, in the order of display. Two queries."""
    return _rows(Attribute.objects.all())


def by_family(rows: Iterable[AttributeRow]) -> list[AttributeGroup]:
    """The rows under their families, without empty ones."""
    ordered = sorted(rows, key=_rank)  # stable: else in the order of display
    groups = (
        AttributeGroup(
            family, *words, tuple(row for row in ordered if row.attribute.family == family)
        )
        for family, words in FAMILIES.items()
    )
    return [group for group in groups if group.rows]


def one(attribute: Attribute) -> AttributeRow:
    """One of them."""
    return _rows(Attribute.objects.filter(pk=attribute.pk))[0]


def _rows(attributes: QuerySet[Attribute]) -> list[AttributeRow]:
    card = registry.attributes_card(registry.active(ModelKind.ATTRIBUTES))
    counted = attributes.annotate(votes=Count("ratings")).order_by("place", "key")
    return [_row(each, each.votes, card) for each in counted]


def _row(attribute: Attribute, votes: int, card: AttributesCard | None) -> AttributeRow:
    return AttributeRow(attribute, standing(attribute, card), votes)


def _rank(row: AttributeRow) -> tuple[bool, bool, bool]:
    stands = row.standing
    return not row.attribute.active, not stands.judgement, stands.missing is not None


def _figures(evidence: Evidence) -> Figures:
    baseline = evidence.baseline
    return Figures(
        srcc=two_places(evidence.srcc),
        bounds=between(evidence.srcc_low, evidence.srcc_high),
        baseline="" if baseline is None else two_places(baseline.srcc),
    )
