"""The sections on the collection: its ends, its subjects, its raters, its files, its faults."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from ml.data.faults import CleaningReport, Severity
from ml.explore import words
from ml.explore.bias import Raters, Subjects
from ml.explore.findings import Findings, Ranked, Technical
from ml.explore.layout import Exhibit, Listing, Section, Wall
from ml.explore.thumbnails import thumbnail
from ml.plots.explore import categories, histogram
from ml.plots.page import Plot, plot

MOST_BARS = 24
MOST_ITEMS = 200
_BARS = "The bars under each picture are its votes, from the lowest step to the highest."


def collection_sections(found: Findings) -> tuple[Section, ...]:
    """In reading order; what the data cannot tell is left out."""
    sections = [_ends(found), *(_subjects(item, found) for item in found.subjects)]
    if found.raters is not None:
        sections.append(_raters(found.raters))
    if found.technical is not None:
        sections.append(_technical(found.technical))
    sections.append(_cleaning(found.reading.report))
    return tuple(sections)


def _ends(found: Findings) -> Section:
    panel = found.reading.panel
    paths = {picture.key: picture.path for picture in panel.pictures} if panel else {}
    examples = found.examples
    known = found.reading.table.spread_known
    ends = {"Rated highest": examples.best, "Rated lowest": examples.worst}
    if known:
        ends["Most disputed"] = examples.disputed
    walls = (Wall(title, _exhibits(items, paths, known=known)) for title, items in ends.items())
    return Section(
        anchor="ends",
        title="The best, the worst and the disputed" if known else "The best and the worst",
        says=(_BARS,) if known else (),
        advice=(
            "Look for a pattern that has nothing to do with quality, a border, a signature, a "
            "subject: a model will find it too."
        ),
        walls=tuple(walls),
    )


def _exhibits(
    items: Sequence[Ranked], paths: dict[str, Path], *, known: bool
) -> tuple[Exhibit, ...]:
    """``known``: whether counts are votes, and not merely stand for a mean."""
    return tuple(
        Exhibit(
            name=item.row.key,
            caption=f"{item.mean:.2f}"
            + (f" \N{PLUS-MINUS SIGN} {item.spread:.2f}" if known else ""),
            bars=tuple(count / max(item.row.counts) for count in item.row.counts if known),
            image=thumbnail(paths[item.row.key]) if item.row.key in paths else "",
        )
        for item in items
    )


def _score(item: Ranked) -> str:
    return f"{item.mean:.2f} \N{PLUS-MINUS SIGN} {item.spread:.2f}"


def _subjects(item: Subjects, found: Findings) -> Section:
    draw = partial(_draw_subjects, item, found.means.mean)
    titles = {"tag": "What the pictures show", "challenge": "What they were taken for"}
    says = list(words.subjects_says(item))
    if len(item.best_first) > MOST_BARS:
        hidden = len(item.best_first) - MOST_BARS
        says.append(f"Shown are both ends; {hidden:,} between them are left out.")
    return Section(
        anchor=f"by-{item.kind}",
        title=titles[item.kind],
        says=tuple(says),
        advice=words.subjects_advice(item),
        plots=(plot(draw, label=f"Mean score by {item.kind}"),),
    )


def _draw_subjects(item: Subjects, average: float, width: float) -> str:
    shown = item.best_first
    if len(shown) > MOST_BARS:
        shown = (*shown[: MOST_BARS // 2], *shown[-MOST_BARS // 2 :])
    return categories(shown, average=average, width=width)


def _raters(item: Raters) -> Section:
    draw = partial(histogram, item.votes_each, xlabel="votes cast by a rater", ylabel="raters")
    varied = item.votes.least < item.votes.most
    label = "Histogram of votes per rater"
    return Section(
        anchor="raters",
        title="Who voted",
        says=tuple(words.raters_says(item)),
        advice=words.raters_advice(item),
        plots=(plot(lambda width: draw(width=width), label=label),) if varied else (),
        facts={
            "raters": f"{item.votes.count:,}",
            "votes each, median": f"{item.votes.median:,.0f}",
            "by the busiest tenth": words.percent(item.busiest_share),
            "strictest of twenty": words.signed(item.leaning.p5),
            "mildest of twenty": words.signed(item.leaning.p95),
        },
    )


def _technical(item: Technical) -> Section:
    return Section(
        anchor="files",
        title="The files themselves",
        says=(words.technical(item),),
        advice=(
            "Every picture is squeezed to a small square before it is judged: very long ones lose "
            "most. Odd files are listed by name below."
        ),
        plots=tuple(_technical_plots(item)),
    )


def _technical_plots(item: Technical) -> Iterator[Plot]:
    properties = {
        "file size in kB": (item.kilobytes, True),
        "megapixels": (item.megapixels, True),
        "long side over short side": (item.elongation, False),
    }
    for name, (values, log) in properties.items():
        if values.min() < values.max():
            draw = partial(histogram, values, xlabel=name, log=log)
            yield plot(lambda width, draw=draw: draw(width=width), label=f"Histogram of {name}")  # type: ignore[misc]


def _cleaning(report: CleaningReport) -> Section:
    dropped = sum(fault.severity is Severity.DROPPED for fault in report.faults)
    says = [f"{report.rows_read:,} rows were read and {report.rows_kept:,} can be used."]
    if report.faults:
        noted = len(report.faults) - dropped
        says.append(f"{dropped:,} findings leave something out, {noted:,} are notes.")
    else:
        says.append("Nothing was left out.")
    if report.files_seen:
        says.append(f"{report.files_seen:,} picture files were seen; each used one was decoded.")
    return Section(
        anchor="cleaning",
        title="What was left out, and why",
        says=tuple(says),
        listings=tuple(_listings(report)),
    )


def _listings(report: CleaningReport) -> Iterator[Listing]:
    for reason, count in report.tally.items():
        faults = [fault for fault in report.faults if fault.reason is reason]
        title, advice = words.REASONS[reason]
        yield Listing(
            title=title,
            fate=words.SEVERITIES[faults[0].severity],
            count=count,
            advice=advice,
            items=tuple((fault.item, fault.detail) for fault in faults[:MOST_ITEMS]),
            unshown=max(0, count - MOST_ITEMS),
        )
