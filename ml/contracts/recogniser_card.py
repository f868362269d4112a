"""The card of a recogniser: its classes, what it learned from, how sure it must be, its figures.

Weights without a matching card are never loaded. ``python -m ml.cli recognise`` writes cards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ml.contracts.card import CardError, read_document, taking_fields
from ml.contracts.config import Estimate
from ml.contracts.fields import mapping, number, rows, text, values, whole

RECOGNISER_KIND = "recogniser"
RECOGNISER_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class RecogniserGolden:
    """A picture made from a seed, and the confidence of each class that the intact model gives."""

    seed: int
    side: int
    confidences: tuple[float, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: pictures learned from and tested on, and F1 on those, None without any."""

    name: str
    learned: int
    tested: int
    f1: float | None


@dataclass(frozen=True, slots=True)
class RecogniserFigure:
    """One figure of one recipe on one kind of picture, with its 95 % interval."""

    recipe: str
    pictures: str
    figure: str
    value: Estimate


@dataclass(frozen=True, slots=True)
class RecogniserCard:
    """The whole card.

    ``scale`` and ``shift`` make a logit a confidence: sigmoid(scale * logit + shift). A class of
    at least ``threshold`` is told; a picture without any is none of these. A box is told from
    ``box_threshold`` on, as many boxes are looked at in one picture. ``box_level``: where
    the evidence map is cut, as a share of its highest place. ``learned``: how the digests begin of
    the pictures that it learned from.
    """

    version: str
    created_at: str
    licence: str
    domain: str
    architecture: str
    options: Mapping[str, object]
    input_side: int
    sha256: str
    classes: tuple[str, ...]
    scale: float
    shift: float
    threshold: float
    box_level: float
    box_threshold: float
    golden: RecogniserGolden
    by_class: tuple[ClassFigures, ...]
    figures: tuple[RecogniserFigure, ...]
    learned: tuple[str, ...]
    limits: tuple[str, ...]
    notes: tuple[str, ...]


def read_recogniser_card(path: Path) -> RecogniserCard:
    """Parse the card at ``path``. Raises CardError."""
    return parse_recogniser_card(read_document(path))


def parse_recogniser_card(document: object) -> RecogniserCard:
    """Check and freeze a card. Raises CardError naming the first field that is wrong."""
    if not isinstance(document, dict) or document.get("kind") != RECOGNISER_KIND:
        raise CardError("the card describes no recogniser")
    if document.get("schema") != RECOGNISER_SCHEMA:
        raise CardError(f"the card does not follow schema {RECOGNISER_SCHEMA} of recognisers")
    with taking_fields():
        return _card(document)


def _card(document: Mapping[str, object]) -> RecogniserCard:
    architecture = mapping(document["architecture"])
    deciding = mapping(document["deciding"])
    classes = _classes(document["classes"])
    return RecogniserCard(
        version=text(document["version"]),
        created_at=text(document["created_at"]),
        licence=text(document["licence"]),
        domain=text(document["domain"]),
        architecture=text(architecture["name"]),
        options=mapping(architecture["options"]),
        input_side=whole(architecture["input_side"], least=1),
        sha256=text(mapping(document["weights"])["sha256"]),
        classes=classes,
        scale=_positive(deciding["scale"]),
        shift=number(deciding["shift"]),
        threshold=_share(deciding["threshold"]),
        box_level=_share(deciding["box_level"]),
        box_threshold=_share(deciding["box_threshold"]),
        golden=_golden(mapping(document["golden"]), classes=len(classes)),
        by_class=tuple(_class(row) for row in rows(document.get("by_class", []))),
        figures=tuple(_figure(row) for row in rows(document.get("figures", []))),
        learned=tuple(text(one) for one in values(document.get("learned", []))),
        limits=tuple(text(line) for line in values(document.get("limits", []))),
        notes=tuple(text(line) for line in values(document.get("notes", []))),
    )


def _classes(value: object) -> tuple[str, ...]:
    names = tuple(text(name) for name in values(value))
    if not names or len(set(names)) != len(names):
        raise ValueError("classes have names, each its own")
    return names


def _golden(facts: Mapping[str, object], *, classes: int) -> RecogniserGolden:
    confidences = tuple(number(one) for one in values(facts["confidences"]))
    if len(confidences) != classes:
        raise ValueError(f"the golden picture has {len(confidences)} confidences, not {classes}")
    return RecogniserGolden(
        seed=whole(facts["seed"], least=0),
        side=whole(facts["side"], least=1),
        confidences=confidences,
        tolerance=number(facts["tolerance"]),
    )


def _class(row: Mapping[str, object]) -> ClassFigures:
    f1 = row["f1"]
    return ClassFigures(
        name=text(row["name"]),
        learned=whole(row["learned"], least=0),
        tested=whole(row["tested"], least=0),
        f1=None if f1 is None else number(f1),
    )


def _figure(row: Mapping[str, object]) -> RecogniserFigure:
    value = mapping(row["value"])
    return RecogniserFigure(
        recipe=text(row["recipe"]),
        pictures=text(row["pictures"]),
        figure=text(row["figure"]),
        value=Estimate(*(number(value[end]) for end in ("value", "low", "high"))),
    )


def _positive(value: object) -> float:
    if (found := number(value)) <= 0:
        raise ValueError(f"expected more than 0, found {value!r}")
    return found


def _share(value: object) -> float:
    if not 0 < (found := number(value)) < 1:
        raise ValueError(f"expected a share between 0 and 1, found {value!r}")
    return found
