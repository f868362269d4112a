"""The card of a cropper: what its weights are, how the terms of a crop are weighed, its figures.

Weights without a matching card are never loaded. A card is written by ``python -m ml.cli cropper``;
``figures`` is added to it by ``python -m ml.cli cropping``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from ml.contracts.card import CardError, read_document, taking_fields
from ml.contracts.config import Estimate
from ml.contracts.crops import Mix
from ml.contracts.fields import mapping, number, rows, text, values, whole

CROPPER_KIND = "cropper"
CROPPER_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class CropperGolden:
    """A picture made from a seed, and what the intact model says of some views of it.

    ``scores``: of fixed views, then the mean energy. ``tolerance``: absolute, of each.
    """

    seed: int
    side: int
    scores: tuple[float, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """One kind of head on validation scenes of one kind of surroundings.

    ``pairs``: share of equally large shifted views that it ranks below the planted one. ``iou``: of
    the view that it likes best among views of the planted one's shape; ``best``: the most possible.
    """

    head: str
    kind: str
    scenes: int
    pairs: float
    iou: float
    best: float


@dataclass(frozen=True, slots=True)
class CropFigure:
    """One figure of one way to crop, by the name of its row and of its column in the table."""

    table: str
    method: str
    figure: str
    pictures: int
    value: Estimate


@dataclass(frozen=True, slots=True)
class CropperCard:
    """The whole card. ``mix``: what each term of a crop weighs, fitted on validation pictures.

    ``heads``: the shipped head, then others that were tried.
    """

    version: str
    created_at: str
    licence: str
    architecture: str
    options: Mapping[str, object]
    input_side: int
    sha256: str
    mix: Mix
    golden: CropperGolden
    heads: tuple[HeadFigures, ...]
    figures: tuple[CropFigure, ...]
    limits: tuple[str, ...]
    notes: tuple[str, ...]


def read_cropper_card(path: Path) -> CropperCard:
    """Parse the card at ``path``. Raises CardError."""
    return parse_cropper_card(read_document(path))


def parse_cropper_card(document: object) -> CropperCard:
    """Check and freeze a card. Raises CardError naming the first field that is wrong."""
    if not isinstance(document, dict) or document.get("kind") != CROPPER_KIND:
        raise CardError("the card describes no cropper")
    if document.get("schema") != CROPPER_SCHEMA:
        raise CardError(f"the card does not follow schema {CROPPER_SCHEMA} of croppers")
    with taking_fields():
        return _card(document)


def _card(document: Mapping[str, object]) -> CropperCard:
    architecture = mapping(document["architecture"])
    return CropperCard(
        version=text(document["version"]),
        created_at=text(document["created_at"]),
        licence=text(document["licence"]),
        architecture=text(architecture["name"]),
        options=mapping(architecture["options"]),
        input_side=whole(architecture["input_side"], least=1),
        sha256=text(mapping(document["weights"])["sha256"]),
        mix=_mix(mapping(document["mix"])),
        golden=_golden(mapping(document["golden"])),
        heads=tuple(_head(row) for row in rows(document.get("heads", []))),
        figures=tuple(_figure(row) for row in rows(document.get("figures", []))),
        limits=tuple(text(line) for line in values(document.get("limits", []))),
        notes=tuple(text(line) for line in values(document.get("notes", []))),
    )


def _mix(weights: Mapping[str, object]) -> Mix:
    return Mix(**{field.name: number(weights[field.name]) for field in fields(Mix)})


def _golden(facts: Mapping[str, object]) -> CropperGolden:
    return CropperGolden(
        seed=whole(facts["seed"], least=0),
        side=whole(facts["side"], least=1),
        scores=tuple(number(score) for score in values(facts["scores"])),
        tolerance=number(facts["tolerance"]),
    )


def _head(row: Mapping[str, object]) -> HeadFigures:
    return HeadFigures(
        head=text(row["head"]),
        kind=text(row["kind"]),
        scenes=whole(row["scenes"], least=0),
        pairs=number(row["pairs"]),
        iou=number(row["iou"]),
        best=number(row["best"]),
    )


def _figure(row: Mapping[str, object]) -> CropFigure:
    value = mapping(row["value"])
    return CropFigure(
        table=text(row["table"]),
        method=text(row["method"]),
        figure=text(row["figure"]),
        pictures=whole(row["pictures"], least=0),
        value=Estimate(*(number(value[end]) for end in ("value", "low", "high"))),
    )
