"""The page about an attribute model: what each head, formula and map is worth, from its card."""

from dataclasses import dataclass

from ml.contracts.attributes_card import HELD_OUT, Beside, HeadFacts, MapFacts, MeasuredFacts
from ml.contracts.config import Estimate
from webapp.gallery.figures import between, two_places
from webapp.registry import selectors as registry
from webapp.registry.cards import Card, read_card
from webapp.registry.models import Attribute, ModelVersion, VersionState


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A learned attribute. `apart`: tested on other pictures than those it learned from."""

    label: str
    learned_from: int
    tested_on: int
    apart: bool
    raters: int
    crowd: str
    srcc: str
    bounds: str
    baseline: str
    ceiling: str
    shown: bool


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A measured attribute. `against` is what people were asked, empty where they were not."""

    label: str
    formula: str
    against: str
    n: int
    srcc: str
    bounds: str
    judgement: bool


@dataclass(frozen=True, slots=True)
class Trio:
    """A figure beside that of a random map and of a blob in the centre; empty: makes no sense."""

    own: str = ""
    random: str = ""
    centre: str = ""


@dataclass(frozen=True, slots=True)
class MapRow:
    """One kind of map."""

    title: str
    explains: str
    deletion: Trio
    insertion: Trio
    pointing: Trio
    milliseconds: str
    verdict: str

    @property
    def trios(self) -> tuple[Trio, Trio, Trio]:
        """In the order of the table's columns."""
        return self.deletion, self.insertion, self.pointing


@dataclass(frozen=True, slots=True)
class AttributeModelPage:
    """All that the template needs."""

    name: str
    answering: bool
    card: Card
    heads: tuple[HeadRow, ...]
    measured: tuple[MeasuredRow, ...]
    maps: tuple[MapRow, ...]


def attribute_model_page(version: ModelVersion) -> AttributeModelPage:
    """The read model of a version; of a card that cannot be read any more the tables are empty."""
    facts = registry.attributes_card(version)
    labels = dict(Attribute.objects.values_list("key", "label"))
    return AttributeModelPage(
        name=version.name,
        answering=version.state == VersionState.ACTIVE,
        card=read_card(version.card),
        heads=tuple(_head(each, labels) for each in facts.heads) if facts else (),
        measured=tuple(_measured(each, labels) for each in facts.measured) if facts else (),
        maps=tuple(_map(each) for each in facts.maps) if facts else (),
    )


def _head(head: HeadFacts, labels: dict[str, str]) -> HeadRow:
    return HeadRow(
        label=_label(head.key, labels),
        learned_from=head.learned_from,
        tested_on=head.tested_on,
        apart=head.protocol == HELD_OUT,
        raters=head.raters,
        crowd=head.crowd,
        srcc=two_places(head.srcc.value),
        bounds=_bounds(head.srcc),
        baseline=f"{head.baseline}: {two_places(head.baseline_srcc)}",
        ceiling="" if head.ceiling is None else two_places(head.ceiling),
        shown=head.shown,
    )


def _measured(formula: MeasuredFacts, labels: dict[str, str]) -> MeasuredRow:
    srcc = formula.srcc
    return MeasuredRow(
        label=_label(formula.key, labels),
        formula=formula.formula,
        against=_label(formula.against, labels) if formula.against else "",
        n=formula.n,
        srcc="" if srcc is None else two_places(srcc.value),
        bounds="" if srcc is None else _bounds(srcc),
        judgement=formula.judgement,
    )


def _map(facts: MapFacts) -> MapRow:
    return MapRow(
        title=facts.title,
        explains=facts.explains,
        deletion=_trio(facts.deletion),
        insertion=_trio(facts.insertion),
        pointing=_trio(facts.pointing),
        milliseconds=f"{facts.milliseconds:.0f}",
        verdict=facts.verdict.value,
    )


def _trio(beside: Beside | None) -> Trio:
    if beside is None:
        return Trio()
    return Trio(*(two_places(each.value) for each in (beside.own, beside.random, beside.centre)))


def _bounds(figure: Estimate) -> str:
    return between(figure.low, figure.high)


def _label(key: str, labels: dict[str, str]) -> str:
    return labels.get(key) or key.replace("_", " ").capitalize()
