"""The figures of cropping as Markdown, between marks in their page, and as rows of the card."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import product

import numpy as np

from ml.contracts.cropper_card import CropFigure, HeadFigures
from ml.evaluation.cropping import WHOLE, Outcome, averaged, difference
from ml.evaluation.cropping_methods import (
    CENTRE,
    COMBINED,
    ENERGY,
    ENTROPY,
    JUDGED,
    NO_CROP,
    RANDOM,
    SALIENCE,
    SCORER,
    SMARTCROP,
    VIEW,
)
from ml.evaluation.cropping_pictures import Art
from ml.evaluation.cropping_published import PublishedRow
from ml.evaluation.cropping_scenes import HELD_OUT, Surroundings
from ml.evaluation.text_table import markdown, with_interval

BEGIN = "<!-- cropping: begin, written by `python -m ml.cli cropping` -->"
END = "<!-- cropping: end -->"

_ROWS = (
    VIEW,
    ENERGY,
    SALIENCE,
    COMBINED,
    JUDGED,
    SCORER,
    CENTRE,
    NO_CROP,
    ENTROPY,
    SMARTCROP,
    RANDOM,
)
_COLUMNS = ("iou", "bde", "pairs")
_ALL = "all"
_NOTHING = "-"


def section(done: Sequence[Outcome], *, facts: Sequence[str], published: Mapping[str, str]) -> str:
    """The whole generated section, with its marks.

    ``facts``: sentences about the run. ``published``: a heading and the text below it.
    """
    parts = [BEGIN, " ".join(facts)]
    for art in Art:
        own = [one for one in done if one.art is art]
        if own:
            count = len({one.picture for one in own})
            parts += [f"### {count} held-out {art}s: finding the planted picture", _recovery(own)]
            parts += [f"### The same {art}s: the planted picture before other views", _pairs(own)]
    parts += [_gain(done)]
    for heading, text in published.items():
        parts += [f"### {heading}", text]
    return "\n\n".join([*(part for part in parts if part), END])


def figures(done: Sequence[Outcome]) -> list[dict[str, object]]:
    """Every figure of the tables as rows of a card."""
    return [asdict(row) for row in _figures(done)]


def _figures(done: Sequence[Outcome]) -> Iterator[CropFigure]:
    for art in Art:
        parts = _parts([one for one in done if one.art is art])
        for (kind, part), way, figure in product(parts.items(), _ROWS, _COLUMNS):
            if (found := averaged(part, way, figure)) is not None:
                yield CropFigure(f"{art}s, {kind}", way, figure, *found)


def published_table(rows: Sequence[PublishedRow]) -> str:
    """Every way on one data set."""
    names = list(rows[0].figures)
    lines = [[row.way, *(with_interval(row.figures[name]) for name in names)] for row in rows]
    return markdown(["way", *names], lines)


def heads_table(rows: Sequence[HeadFigures]) -> str:
    """Kinds of heads on validation scenes."""
    lines = [
        [
            row.head,
            _named(row.kind),
            str(row.scenes),
            f"{row.pairs:.3f}",
            f"{row.iou:.3f}",
            f"{row.best:.3f}",
        ]
        for row in rows
    ]
    return markdown(["head", "surroundings", "scenes", "shifted pairs", "IoU", "best IoU"], lines)


def _recovery(done: Sequence[Outcome]) -> str:
    planted = [one for one in done if one.kind != WHOLE]
    parts = _parts(planted)
    lines: list[list[str]] = []
    for way in _ROWS:
        if averaged(planted, way, "iou") is None:
            continue
        cells = [_cell(part, way, "iou") for part in parts.values()]
        lines.append([way, *cells, _cell(planted, way, "bde")])
    best = [f"{np.mean([one.best for one in part]):.3f}" for part in parts.values()]
    lines.append(["best of the candidates", *best, _NOTHING])
    return markdown(["way", *(f"IoU, {_named(kind)}" for kind in parts), "BDE, all"], lines)


def _pairs(done: Sequence[Outcome]) -> str:
    planted = [one for one in done if one.kind != WHOLE]
    parts = {**_parts(planted), WHOLE: [one for one in done if one.kind == WHOLE]}
    lines = [
        [way, *(_cell(part, way, "pairs") for part in parts.values())]
        for way in _ROWS
        if averaged(planted, way, "pairs") is not None
    ]
    headings = [f"{_named(kind)}, shifted" for kind in parts if kind != WHOLE]
    return markdown(["way", *headings, "against its own parts"], lines)


def _parts(done: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """All planted scenes, then each kind of surroundings that was tried."""
    planted = [one for one in done if one.kind != WHOLE]
    kinds = [kind for kind in Surroundings if any(one.kind == kind for one in planted)]
    return {_ALL: planted} | {
        str(kind): [one for one in planted if one.kind == kind] for kind in kinds
    }


def _named(kind: str) -> str:
    return f"{kind} (held out)" if kind == HELD_OUT else kind


def _cell(done: Sequence[Outcome], way: str, figure: str) -> str:
    found = averaged(done, way, figure)
    return with_interval(found[1]) if found else _NOTHING


def _gain(done: Sequence[Outcome]) -> str:
    """What asking the scorer about the final few changes, on the same scenes."""
    asked = [one for one in done if one.moved is not None and JUDGED in one.ways]
    if not asked:
        return ""
    lines = [f"The scorer chose another of the five than the first in {_moved(asked)} of scenes."]
    for art in Art:
        own = [one for one in asked if one.art is art]
        if own:
            lines.append(f"IoU of its choice less that of the first, {art}s: {_change(own)}.")
    return " ".join(lines)


def _moved(done: Sequence[Outcome]) -> str:
    return f"{np.mean([bool(one.moved) for one in done]):.0%}"


def _change(done: Sequence[Outcome]) -> str:
    return with_interval(difference(done, JUDGED, COMBINED))
