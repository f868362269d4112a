"""Judgements as one HTML page that needs nothing beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ml.contracts.config import Estimate
from ml.evaluation import sentences
from ml.evaluation.judgement import Judgement
from ml.evaluation.metrics import mean_scores
from ml.evaluation.summary import FIGURES, figure
from ml.evaluation.text_table import with_interval
from ml.plots import evaluation as plots
from ml.plots.evaluation import Mark
from ml.plots.page import Plot, plot, render_page

_TEMPLATE = Path(__file__).parent / "templates" / "evaluation.html"


@dataclass(frozen=True, slots=True)
class Part:
    """A section: what is seen in words, then in plots."""

    title: str
    says: tuple[str, ...]
    plots: tuple[Plot, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One panel: large figures, the table of all figures, and the parts."""

    name: str
    lead: str
    large: tuple[tuple[str, str], ...]
    models: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    parts: tuple[Part, ...]


def render(judgements: Sequence[Judgement], *, version: str) -> str:
    """The page as HTML; all text from outside is escaped."""
    return render_page(_TEMPLATE, version=version, chapters=[_chapter(one) for one in judgements])


def _chapter(one: Judgement) -> Chapter:
    return Chapter(
        name=one.panel,
        lead=sentences.lead(one),
        large=sentences.large(one),
        models=tuple(one.reports),
        table=tuple(
            (heading, *(with_interval(figure(item, name)) for item in one.reports.values()))
            for name, heading in FIGURES
        ),
        parts=(_range(one), _agreement(one), _rivals(one), _intervals(one), _raters(one)),
    )


def _range(one: Judgement) -> Part:
    means = mean_scores(one.predicted), mean_scores(one.actual)
    ends = [
        plot(partial(_tail, means, upper), label=label)
        for upper, label in ((False, "The lowest tenth, enlarged"), (True, "The highest tenth"))
    ]
    whole = plot(
        lambda width: plots.predicted_and_true(*means, width=width),
        label="Distribution of predicted and voted mean scores",
    )
    return Part("Are the ends of the scale reached?", sentences.range_words(one), (whole, *ends))


def _tail(means: tuple[plots.Array, plots.Array], upper: bool, width: float) -> str:  # noqa: FBT001
    return plots.tail(*means, upper=upper, width=width)


def _agreement(one: Judgement) -> Part:
    bins = [_mark(item.predicted, item.voted) for item in one.calibration.reliability]
    drawn = plot(
        lambda width: plots.scatter(
            mean_scores(one.predicted), mean_scores(one.actual), bins, width=width
        ),
        label="Predicted against voted means, with the reliability curve",
    )
    return Part("Is a score of six a six?", sentences.agreement_words(one), (drawn,))


def _rivals(one: Judgement) -> Part:
    drawn = tuple(
        plot(partial(_beside, one, name, heading), label=f"{heading} of all models")
        for name, heading in (("srcc", "SRCC"), ("emd_r2", "EMD, r = 2 (less is better)"))
    )
    return Part("What does it beat?", sentences.rival_words(one), drawn)


def _beside(one: Judgement, name: str, heading: str, width: float) -> str:
    marks = [_mark(0.0, figure(item, name)) for item in one.reports.values()]
    return plots.beside(list(one.reports), marks, xlabel=heading, width=width)


def _intervals(one: Judgement) -> Part:
    points = [_mark(item.level, item.covered) for item in one.calibration.coverage]
    drawn = plot(
        lambda width: plots.coverage(points, band=sentences.ACCEPTED, width=width),
        label="Coverage of the intervals against their promise",
    )
    return Part("Do the intervals hold?", sentences.interval_words(one), (drawn,))


def _raters(one: Judgement) -> Part:
    curve = [_mark(point.size, point.srcc) for point in one.raters.curve]
    model = _mark(one.raters.raters.value, one.raters.model)
    drawn = plot(
        lambda width: plots.equivalent_raters(curve, model, width=width),
        label="Agreement of panels of voters by size, and the model's",
    )
    return Part("How many voters is it worth?", sentences.rater_words(one), (drawn,))


def _mark(at: float, estimate: Estimate) -> Mark:
    return Mark(at, estimate.value, estimate.low, estimate.high)
