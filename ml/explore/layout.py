"""What a page is made of: sections with sentences, plots, tables and pictures."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from ml.explore.thumbnails import Thumbnail
from ml.plots.explore import NARROW, WIDE


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot drawn twice, for wide and for narrow screens. ``label`` tells it to the blind."""

    wide: Markup
    narrow: Markup
    label: str


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
    """One example: a picture when there are pixels, its name, its score, its votes as shares."""

    name: str
    caption: str
    bars: tuple[float, ...]
    image: Thumbnail | None


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
    """``says``: what is seen. ``advice``: what to do about it."""

    anchor: str
    title: str
    says: tuple[str, ...]
    advice: str = ""
    plots: tuple[Plot, ...] = ()
    table: Table | None = None
    walls: tuple[Wall, ...] = ()
    listings: tuple[Listing, ...] = ()


def plot(draw: Callable[[float], str], *, label: str) -> Plot:
    """``draw`` takes a width in inches and gives SVG text of our own making."""
    wide, narrow = (Markup(draw(width)) for width in (WIDE, NARROW))  # noqa: S704
    return Plot(wide=wide, narrow=narrow, label=label)


def figures_table(rows: dict[str, str]) -> Table:
    """Two columns of a name and a figure."""
    cells = tuple((Cell(name), Cell(figure)) for name, figure in rows.items())
    return Table(head=("", ""), rows=cells)
