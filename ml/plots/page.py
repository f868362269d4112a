"""Pages that need nothing beside them: one look, and every plot drawn for wide and for narrow."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ml.plots.figure import NARROW, WIDE

_HOUSE = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot drawn twice, for wide and for narrow screens. ``label`` tells it to the blind."""

    wide: Markup
    narrow: Markup
    label: str


def plot(draw: Callable[[float], str], *, label: str) -> Plot:
    """``draw`` takes a width in inches and gives SVG text of our own making."""
    wide, narrow = (Markup(draw(width)) for width in (WIDE, NARROW))  # noqa: S704
    return Plot(wide=wide, narrow=narrow, label=label)


def render_page(template: Path, **values: object) -> str:
    """The page as HTML. ``template`` extends ``house.html``; a CSS file beside it adds its style.

    All text in ``values`` is escaped, and a value that the template misses raises UndefinedError.
    """
    environment = Environment(
        loader=FileSystemLoader([template.parent, _HOUSE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    styles = (_HOUSE / "house.css", template.with_suffix(".css"))
    style = "\n".join(path.read_text(encoding="utf-8") for path in styles)
    page = environment.get_template(template.name)
    return page.render(**values, style=Markup(style))  # noqa: S704
