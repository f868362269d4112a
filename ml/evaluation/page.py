"""Judgements as one HTML page that needs nothing beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ml.contracts.config import Estimate
from ml.evaluation import sentences
from ml.evaluation.judgement import Judgement
from ml.evaluation.metrics import mean_scores
from ml.evaluation.summary import FIGURES, figure
from ml.evaluation.text_table import with_interval
from ml.plots import evaluation as plots
from ml.plots.evaluation import NARROW, WIDE, Mark

_TEMPLATES = Path(__file__).parent / "templates"
_ACCEPTED = (0.76, 0.84)


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot drawn twice, for wide and for narrow screens. ``label`` tells it to the blind."""

    wide: Markup
    narrow: Markup
    label: str


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
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (_TEMPLATES / "evaluation.css").read_text(encoding="utf-8")
    return environment.get_template("evaluation.html").render(
        version=version,
        chapters=[_chapter(one) for one in judgements],
        style=Markup(style),  # noqa: S704
    )


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
        _plot(partial(_tail, means, upper), label=label)
        for upper, label in ((False, "The lowest tenth, enlarged"), (True, "The highest tenth"))
    ]
    whole = _plot(
        lambda width: plots.predicted_and_true(*means, width=width),
        label="Distribution of predicted and voted mean scores",
    )
    return Part("Are the ends of the scale reached?", sentences.range_words(one), (whole, *ends))


def _tail(means: tuple[plots.Array, plots.Array], upper: bool, width: float) -> str:  # noqa: FBT001
    return plots.tail(*means, upper=upper, width=width)


def _agreement(one: Judgement) -> Part:
    bins = [_mark(item.predicted, item.voted) for item in one.calibration.reliability]
    drawn = _plot(
        lambda width: plots.scatter(
            mean_scores(one.predicted), mean_scores(one.actual), bins, width=width
        ),
        label="Predicted against voted means, with the reliability curve",
    )
    return Part("Is a score of six a six?", sentences.agreement_words(one), (drawn,))


def _rivals(one: Judgement) -> Part:
    drawn = tuple(
        _plot(partial(_beside, one, name, heading), label=f"{heading} of all models")
        for name, heading in (("srcc", "SRCC"), ("emd_r2", "EMD, r = 2 (less is better)"))
    )
    return Part("What does it beat?", sentences.rival_words(one), drawn)


def _beside(one: Judgement, name: str, heading: str, width: float) -> str:
    marks = [_mark(0.0, figure(item, name)) for item in one.reports.values()]
    return plots.beside(list(one.reports), marks, xlabel=heading, width=width)


def _intervals(one: Judgement) -> Part:
    points = [_mark(item.level, item.covered) for item in one.calibration.coverage]
    drawn = _plot(
        lambda width: plots.coverage(points, band=_ACCEPTED, width=width),
        label="Coverage of the intervals against their promise",
    )
    return Part("Do the intervals hold?", sentences.interval_words(one), (drawn,))


def _raters(one: Judgement) -> Part:
    curve = [_mark(point.size, point.srcc) for point in one.raters.curve]
    model = _mark(one.raters.raters.value, one.raters.model)
    drawn = _plot(
        lambda width: plots.equivalent_raters(curve, model, width=width),
        label="Agreement of panels of voters by size, and the model's",
    )
    return Part("How many voters is it worth?", sentences.rater_words(one), (drawn,))


def _mark(at: float, estimate: Estimate) -> Mark:
    return Mark(at, estimate.value, estimate.low, estimate.high)


def _plot(draw: Callable[[float], str], *, label: str) -> Plot:
    """``draw`` takes a width in inches and gives SVG text of our own making."""
    wide, narrow = (Markup(draw(width)) for width in (WIDE, NARROW))  # noqa: S704
    return Plot(wide=wide, narrow=narrow, label=label)
