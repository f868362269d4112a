"""The sections on votes: how many, how high, how far apart, of what shape."""

from functools import partial

import numpy as np

from ml.evaluation.fits import FAMILIES, FitRow, FitTable
from ml.explore import words
from ml.explore.findings import Findings
from ml.explore.layout import Cell, Section, Table
from ml.explore.statistics import Summary
from ml.plots.explore import band_distributions, histogram, mean_scores, spread_by_mean
from ml.plots.page import Plot, plot


def vote_sections(found: Findings) -> tuple[Section, ...]:
    """In reading order; what the data cannot tell is left out."""
    made = (_ratings(found), _means(found), _spread(found), _shapes(found), _fits(found))
    return tuple(section for section in made if section is not None)


def describe(about: Summary, *, decimals: int) -> dict[str, str]:
    """Descriptive statistics as a strip of figures."""
    figures = {
        "mean": about.mean,
        "sd": about.sd,
        "least": about.least,
        "lower quarter": about.q1,
        "median": about.median,
        "upper quarter": about.q3,
        "most": about.most,
    }
    return {name: f"{value:,.{decimals}f}" for name, value in figures.items()}


def _ratings(found: Findings) -> Section | None:
    votes = found.ratings
    if votes is None:
        return None
    varied = votes.least < votes.most
    drawn: tuple[Plot, ...] = (
        plot(
            partial(_draw_ratings, found),
            label=f"Histogram of votes per picture, median {votes.median:,.0f}",
        ),
    )
    return Section(
        anchor="ratings",
        title="How many people judged each picture",
        says=tuple(words.ratings(found, votes)),
        advice=words.ratings_advice(found, votes),
        plots=drawn if varied else (),
        facts=describe(votes, decimals=0),
    )


def _draw_ratings(found: Findings, width: float) -> str:
    return histogram(found.moments.votes, xlabel="votes on a picture", width=width)


def _means(found: Findings) -> Section:
    draw = partial(_draw_means, found)
    label = f"Histogram and box plot of mean scores, median {found.means.median:.2f}"
    return Section(
        anchor="scores",
        title="How high they scored",
        says=(*words.means(found), words.majority(found)),
        advice=words.means_advice(found),
        plots=(plot(draw, label=label),),
        facts=describe(found.means, decimals=2),
    )


def _draw_means(found: Findings, width: float) -> str:
    return mean_scores(
        found.moments.means,
        steps=found.reading.table.steps,
        threshold=found.threshold,
        width=width,
    )


def _spread(found: Findings) -> Section | None:
    if found.spread is None or len(found.spread.centres) < 2:
        return None
    draw = partial(_draw_spread, found)
    return Section(
        anchor="spread",
        title="Where people disagree",
        says=tuple(words.spread(found)),
        advice=(
            "Show the spread beside the score: two pictures with the same mean can be one that "
            "all find fair and one that half love."
        ),
        plots=(plot(draw, label="Spread of the votes by mean score"),),
    )


def _draw_spread(found: Findings, width: float) -> str:
    curve = found.spread
    assert curve is not None
    return spread_by_mean(
        curve.centres,
        curve.middle,
        curve.low,
        curve.high,
        steps=found.reading.table.steps,
        width=width,
    )


def _shapes(found: Findings) -> Section | None:
    if len(found.bands) < 2:
        return None
    return Section(
        anchor="shapes",
        title="The shape of a verdict",
        says=(
            "One row for each band of mean scores, with the number of its pictures.",
            "The bars are their averaged votes; a pale row averages few pictures.",
        ),
        advice="Learn the whole distribution, not only its mean: the shape changes with the score.",
        plots=(plot(partial(_draw_bands, found), label="Averaged vote shares by score band"),),
    )


def _draw_bands(found: Findings, width: float) -> str:
    return band_distributions(
        [_band(band.low, band.high) for band in found.bands],
        [band.count for band in found.bands],
        np.stack([band.shares for band in found.bands]),
        width=width,
    )


def _fits(found: Findings) -> Section | None:
    if found.fits is None:
        return None
    return Section(
        anchor="fits",
        title="Which curve describes the votes",
        says=tuple(words.fits(found)),
        advice=(
            "Where one curve wins clearly, two numbers could replace the histogram; where none "
            "does, keep all bins."
        ),
        table=_fit_table(found.fits),
    )


def _fit_table(table: FitTable) -> Table:
    overall = _fit_row("all", table.overall)
    rows = tuple(_fit_row(_band(row.low, row.high), row) for row in table.rows)
    return Table(head=("mean score", "pictures", *FAMILIES), rows=(*rows, overall))


def _fit_row(name: str, row: FitRow) -> tuple[Cell, ...]:
    errors = (Cell(f"{error:.4f}", strong=error == min(row.errors)) for error in row.errors)
    return (Cell(name), Cell(f"{row.count:,}"), *errors)


def _band(low: int, high: int) -> str:
    return f"{low}\N{EN DASH}{high}"
