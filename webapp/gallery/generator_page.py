"""The page about a generator: what it learned from, how far it obeys, from its card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ml.contracts.config import Estimate
from ml.contracts.generator_card import (
    Conditioning,
    GeneratorCard,
    GeneratorMeasure,
)
from webapp.registry.categories import card_of
from webapp.registry.models import ModelVersion, VersionState

_HOW: Final = {
    Conditioning.MIXED: "by mixed-conditional batch normalisation, as in PFAGAN",
    Conditioning.FILM: "by FiLM, a plain alternative to PFAGAN's layer",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its 95 % interval, beside the same of what it is compared with."""

    name: str
    value: str
    bounds: str
    samples: int
    against: str
    baseline: str


@dataclass(frozen=True, slots=True)
class GeneratorPage:
    """All that the template needs; ``card`` is None for one of a form that is read no more.

    ``props``: of the island of its categories.
    """

    props: Mapping[str, str]
    name: str
    active: bool
    card: GeneratorCard | None
    how: str
    minutes: int
    rows: tuple[Row, ...]


def generator_page(version: ModelVersion) -> GeneratorPage:
    """The read model of a version."""
    card = card_of(version)
    return GeneratorPage(
        props={"version": str(version.pk)},
        name=version.name,
        active=version.state == VersionState.ACTIVE,
        card=card,
        how=_HOW[card.conditioning] if card else "",
        minutes=round(card.wall_time_s / 60) if card else 0,
        rows=tuple(_row(each) for each in card.measures) if card else (),
    )


def _row(measure: GeneratorMeasure) -> Row:
    baseline = measure.baseline
    return Row(
        name=measure.name,
        value=f"{measure.value.value:.3g}",
        bounds=_bounds(measure.value),
        samples=measure.samples,
        against=measure.against,
        baseline="" if baseline is None else f"{baseline.value:.3g}, {_bounds(baseline)}",
    )


def _bounds(value: Estimate) -> str:
    return f"{value.low:.3g} to {value.high:.3g}"
