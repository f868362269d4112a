"""Render findings as one HTML file that needs nothing beside it."""

from pathlib import Path

from ml.data.samples import Reading
from ml.explore import words
from ml.explore.collection import collection_sections
from ml.explore.findings import Findings, explore
from ml.explore.sections import vote_sections
from ml.plots.page import render_page

_TEMPLATE = Path(__file__).parent / "templates" / "report.html"
_TITLES = {"aadb": "AADB", "ava": "AVA", "oasis": "OASIS", "sophoappeal": "Sophoappeal"}


def write_report(reading: Reading, path: Path) -> Findings:
    """Explore, write the page to ``path``, and return what was found."""
    found = explore(reading)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(found), encoding="utf-8")
    return found


def render(found: Findings) -> str:
    """The page as HTML. All text from the data set is escaped."""
    return render_page(
        _TEMPLATE,
        title=_TITLES.get(found.reading.table.name, found.reading.table.name),
        overview=words.overview(found),
        figures=_figures(found),
        sections=(*vote_sections(found), *collection_sections(found)),
    )


def _figures(found: Findings) -> dict[str, str]:
    """The line of large figures at the top."""
    figures = {"pictures": f"{found.means.count:,}"}
    if found.ratings is not None:
        figures["votes"] = f"{found.moments.votes.sum():,.0f}"
        figures["votes a picture"] = f"{found.ratings.median:,.0f}"
    figures["average score"] = f"{found.means.mean:.2f}"
    if found.spread is not None:
        figures["spread within a picture"] = f"{found.moments.spreads.mean():.2f}"
    figures["findings while cleaning"] = f"{len(found.reading.report.faults):,}"
    return figures
