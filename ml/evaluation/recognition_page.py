"""The figures of recognisers as the marked section of a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ml.contracts.config import Estimate
from ml.contracts.recogniser_card import ClassFigures
from ml.evaluation.recognition import MACRO_F1, MEAN_AP, Recognised, by_figure
from ml.evaluation.recognition_boxes import LEVELS, BoxFigures
from ml.evaluation.text_table import markdown, with_interval

BEGIN = "<!-- recognition figures: begin -->"
END = "<!-- recognition figures: end -->"
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Shown:
    """What was found in one picture of art, in words."""

    name: str
    found: str


@dataclass(frozen=True, slots=True)
class RecognitionPage:
    """All that the page says. ``rows``: of a recipe, what it reached on each kind of picture.

    ``facts``: sentences about the data; ``chosen``: about the shipped one.
    """

    facts: Sequence[str]
    kinds: Mapping[str, int]
    rows: Mapping[str, Mapping[str, Recognised]]
    chosen: Sequence[str]
    by_class: Sequence[ClassFigures]
    known: Sequence[BoxFigures]
    told: Mapping[str, Estimate]
    objects: int
    shown: Sequence[Shown]
    picture: str


def section(page: RecognitionPage) -> str:
    """Markdown between the marks."""
    parts = [BEGIN, "### The data", _bullets(page.facts), "### What a picture holds"]
    for figure in (MACRO_F1, MEAN_AP):
        parts += [f"{figure}:", _table(page, figure)]
    parts += ["### What ships", _bullets(page.chosen), _classes(page.by_class)]
    parts += ["### Where it is", _boxes(page)]
    parts += ["### Old masters", _shown(page), END]
    return "\n\n".join(part for part in parts if part)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(page: RecognitionPage, figure: str) -> str:
    headings = ["recipe", *(f"{kind} (n={count})" for kind, count in page.kinds.items())]
    rows = [
        [recipe, *(_cell(found.get(kind), figure) for kind in page.kinds)]
        for recipe, found in page.rows.items()
    ]
    return markdown(headings, rows)


def _cell(found: Recognised | None, figure: str) -> str:
    if found is None:
        return NOT_MEASURED
    place = (MACRO_F1, MEAN_AP).index(figure)
    seeds = sorted(values[place] for values in found.by_seed)
    spread = f"; seeds {seeds[0]:.2f} to {seeds[-1]:.2f}" if len(seeds) > 1 else ""
    return with_interval(by_figure(found)[figure]) + spread


def _classes(rows: Sequence[ClassFigures]) -> str:
    known = sorted(((row.f1, row) for row in rows if row.f1 is not None), key=lambda pair: -pair[0])
    if not known:
        return ""
    words = [f"{row.name} {f1:.2f} (of {row.tested})" for f1, row in known]
    return f"F1 of each class on test photos, best first: {', '.join(words)}."


def _boxes(page: RecognitionPage) -> str:
    if not page.known:
        return "There were no composites."
    headings = ["class given away", "mean IoU", *(f"IoU ≥ {level}" for level in LEVELS), "pointing"]
    rows = [
        [row.way, with_interval(row.iou), *(with_interval(row.at_least[at]) for at in LEVELS),
         with_interval(row.pointing)]
        for row in page.known
    ]  # fmt: skip
    told = markdown(
        ["nothing given away", "share"],
        [[name, with_interval(value)] for name, value in page.told.items()],
    )
    lead = f"{page.objects} objects. CorLoc is the column IoU ≥ 0.5."
    return "\n\n".join([lead, markdown(headings, rows), told])


def _shown(page: RecognitionPage) -> str:
    if not page.shown:
        return "None were given."
    picture = f"![Boxes found in old masters]({page.picture})\n\n" if page.picture else ""
    return picture + _bullets([f"{one.name}: {one.found}" for one in page.shown])
