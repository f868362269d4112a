"""What a page is made of: sections with sentences, plots, tables and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ml.plots.page import Plot


@dataclass(frozen=True, slots=True)
class Cell:
    """Text in a table; ``strong`` for what the eye should find first."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Every row as long as ``head``; the first column names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One example: its name, its score, its votes in parts of the highest bar.

    ``image``: a data URI, empty where there are no pixels.
    """

    name: str
    caption: str
    bars: tuple[float, ...]
    image: str


@dataclass(frozen=True, slots=True)
class Wall:
    """Examples that hang together."""

    title: str
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Items of one reason in the cleaning report. ``unshown`` more are in the JSON form."""

    title: str
    fate: str
    count: int
    advice: str
    items: tuple[tuple[str, str], ...]
    unshown: int


@dataclass(frozen=True, slots=True)
class Section:
    """``says``: what is seen. ``advice``: what to do about it. ``facts``: a strip of figures."""

    anchor: str
    title: str
    says: tuple[str, ...]
    advice: str = ""
    plots: tuple[Plot, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    table: Table | None = None
    walls: tuple[Wall, ...] = ()
    listings: tuple[Listing, ...] = ()
