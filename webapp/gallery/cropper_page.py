"""The page about a cropper: how its crops did beside simple ways to crop, from its card."""

from collections.abc import Iterable
from dataclasses import dataclass

from ml.contracts.card import CardError
from ml.contracts.cropper_card import CropFigure, parse_cropper_card
from webapp.registry.cards import Card, read_card
from webapp.registry.models import ModelVersion, VersionState


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure and its 95 % interval; both empty where it was not measured."""

    value: str = ""
    bounds: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One way to crop."""

    method: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All ways to crop on the same pictures."""

    title: str
    pictures: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class CropperPage:
    """All that the template needs."""

    name: str
    looking: bool
    card: Card
    tables: tuple[Table, ...]


def cropper_page(version: ModelVersion) -> CropperPage:
    """The read model of a version; parts that its card lacks are empty."""
    return CropperPage(
        name=version.name,
        looking=version.state == VersionState.ACTIVE,
        card=read_card(version.card),
        tables=_tables(version.card),
    )


def _tables(card: object) -> tuple[Table, ...]:
    try:
        figures = parse_cropper_card(card).figures
    except CardError:
        return ()
    titles = dict.fromkeys(figure.table for figure in figures)
    return tuple(_table(title, [each for each in figures if each.table == title])
                 for title in titles)  # fmt: skip


def _table(title: str, figures: list[CropFigure]) -> Table:
    columns = tuple(dict.fromkeys(figure.figure for figure in figures))
    methods = dict.fromkeys(figure.method for figure in figures)
    found = {(figure.method, figure.figure): _cell(figure) for figure in figures}
    rows = (
        Row(method, tuple(found.get((method, column), Cell()) for column in columns))
        for method in methods
    )
    return Table(title, _most(figures), columns, tuple(rows))


def _cell(figure: CropFigure) -> Cell:
    value = figure.value
    return Cell(f"{value.value:.2f}", f"{value.low:.2f} to {value.high:.2f}")


def _most(figures: Iterable[CropFigure]) -> int:
    return max(figure.pictures for figure in figures)
