"""Plots of an evaluation: arrays in, SVG text out. ``width`` in inches; 3.6 suits a phone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import (
    FixedLocator,
    MaxNLocator,
    NullFormatter,
    PercentFormatter,
    ScalarFormatter,
)
from numpy.typing import NDArray

from ml.plots.figure import INK, MODEL, PEOPLE, QUIET, WIDE, new_figure
from ml.plots.theming import finished

Array = NDArray[np.float64]

_BAR = 0.25
_TAIL = 0.1
_MANY = 1500


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with its interval. ``at`` is its place on the horizontal axis."""

    at: float
    value: float
    low: float
    high: float


def predicted_and_true(predicted: Array, actual: Array, *, width: float) -> str:
    """How often each mean score occurs, predicted and voted, over the whole range."""
    figure, axes = new_figure(width=width, height=_height(width))
    edges = _edges(predicted, actual)
    _two_histograms(axes, predicted, actual, edges)
    _key(axes, [(MODEL, "predicted"), (PEOPLE, "voted")])
    return finished(figure, axes, xlabel="mean score", ylabel="pictures")


def tail(predicted: Array, actual: Array, *, upper: bool, width: float) -> str:
    """The outermost tenth of the voted means, enlarged; beyond the line the shares are given."""
    figure, axes = new_figure(width=width, height=_height(width) * 0.85)
    edges = _edges(predicted, actual)
    bound = float(np.quantile(actual, 1 - _TAIL if upper else _TAIL))
    kept = edges[edges >= bound - _BAR] if upper else edges[edges <= bound + _BAR]
    inside = _within(predicted, kept), _within(actual, kept)
    _two_histograms(axes, *inside, kept)
    axes.axvline(bound, color=QUIET, lw=1, ls=(0, (4, 3)))
    shares = [np.mean(v > bound if upper else v < bound) for v in (predicted, actual)]
    for place, (name, colour) in enumerate((("predicted", MODEL), ("voted", PEOPLE))):
        axes.text(
            0.98 if upper else 0.02,
            0.97 - 0.12 * place,
            f"{name}: {shares[place]:.1%}",
            color=colour,
            transform=axes.transAxes,
            ha="right" if upper else "left",
            va="top",
        )
    return finished(figure, axes, xlabel="mean score", ylabel="pictures")


def scatter(predicted: Array, actual: Array, reliability: Sequence[Mark], *, width: float) -> str:
    """Every picture, the line of perfect scores, and the mean vote in bins of the prediction."""
    figure, axes = new_figure(width=width, height=min(width, 5.0))
    shown = _thinned(len(actual))
    axes.scatter(
        predicted[shown], actual[shown], s=9, color=QUIET, alpha=0.35, linewidths=0, zorder=1
    )
    low = float(min(predicted.min(), actual.min())) - 0.1
    high = float(max(predicted.max(), actual.max())) + 0.1
    axes.plot([low, high], [low, high], color=QUIET, lw=1, ls=(0, (4, 3)), zorder=2)
    _marks(axes, reliability, colour=PEOPLE, line=True)
    axes.set(xlim=(low, high), ylim=(low, high))
    axes.set_box_aspect(1)
    _key(axes, [(PEOPLE, "tenths of the predictions"), (QUIET, "pictures")])
    return finished(figure, axes, xlabel="predicted mean", ylabel="voted mean")


def coverage(points: Sequence[Mark], *, band: tuple[float, float], width: float) -> str:
    """Share of pictures covered against the level promised. ``band``: what is accepted at 80 %."""
    figure, axes = new_figure(width=width, height=_height(width) + 0.4)
    bounds = (min(0.45, *(point.low for point in points)), 1.0)
    axes.plot(bounds, bounds, color=QUIET, lw=1, ls=(0, (4, 3)))
    axes.plot([0.8, 0.8], band, color=QUIET, lw=7, alpha=0.35, solid_capstyle="butt")
    _marks(axes, points, colour=MODEL, line=True)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set(xlim=(0.45, 1.0), ylim=bounds)
    return finished(figure, axes, xlabel="promised", ylabel="covered")


def equivalent_raters(curve: Sequence[Mark], model: Mark, *, width: float) -> str:
    """SRCC of panels by size, and where the model stands. ``model.at`` is what it is worth."""
    figure, axes = new_figure(width=width, height=_height(width) + 0.4)
    axes.axhspan(model.low, model.high, color=MODEL, alpha=0.14, lw=0)
    axes.axhline(model.value, color=MODEL, lw=1.2)
    axes.plot([model.at] * 2, [0, model.value], color=MODEL, lw=1, ls=(0, (4, 3)))
    _marks(axes, curve, colour=PEOPLE, line=True)
    axes.set_xscale("log")
    sizes = [point.at for point in curve]
    shown = [1, 2, 3, 5, 10, 20, 30, 50, 100]
    axes.xaxis.set_major_locator(FixedLocator([size for size in shown if size <= max(sizes)]))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set(xlim=(min(0.8, model.at * 0.9), max(sizes) * 1.15), ylim=(0, 1))
    label = f"the model: {model.at:.1f} votes"
    axes.annotate(label, (max(sizes) * 1.1, model.low - 0.02), color=MODEL, ha="right", va="top")
    return finished(figure, axes, xlabel="human votes averaged", ylabel="SRCC with other voters")


def beside(names: Sequence[str], marks: Sequence[Mark], *, xlabel: str, width: float) -> str:
    """One figure of several models, the first highlighted, as points with intervals."""
    figure, axes = new_figure(width=width, height=0.55 + 0.34 * len(names))
    for row, mark in enumerate(marks):
        colour = MODEL if row == 0 else QUIET
        axes.plot([mark.low, mark.high], [row, row], color=colour, lw=1.6)
        axes.plot([mark.value], [row], "o", color=colour, ms=5)
    axes.set_yticks(range(len(names)), list(names))
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(left=min(0.0, *(mark.low for mark in marks)))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="x", color=QUIET, alpha=0.25, lw=0.6)
    return finished(figure, axes, xlabel=xlabel, ylabel="")


def _two_histograms(axes: Axes, predicted: Array, actual: Array, edges: Array) -> None:
    axes.hist(actual, bins=list(edges), color=PEOPLE, alpha=0.45, rwidth=0.92)
    axes.hist(predicted, bins=list(edges), histtype="step", color=MODEL, lw=1.6)
    axes.set_xlim(edges[0], edges[-1])


def _edges(predicted: Array, actual: Array) -> Array:
    low = np.floor(min(predicted.min(), actual.min()) / _BAR) * _BAR
    high = np.ceil(max(predicted.max(), actual.max()) / _BAR + 1e-9) * _BAR
    edges: Array = np.linspace(low, high, round(float(high - low) / _BAR) + 1)
    return edges


def _within(values: Array, edges: Array) -> Array:
    kept: Array = values[(values >= edges[0]) & (values <= edges[-1])]
    return kept


def _thinned(count: int) -> NDArray[np.intp]:
    """At most ``_MANY`` positions, evenly spaced."""
    places: NDArray[np.intp] = np.linspace(0, count - 1, min(count, _MANY)).astype(np.intp)
    return places


def _marks(axes: Axes, marks: Sequence[Mark], *, colour: str, line: bool) -> None:
    at = [mark.at for mark in marks]
    axes.vlines(at, [m.low for m in marks], [m.high for m in marks], color=colour, lw=1.4, zorder=3)
    style = "-o" if line else "o"
    axes.plot(at, [mark.value for mark in marks], style, color=colour, lw=1.2, ms=4, zorder=4)


def _key(axes: Axes, entries: Sequence[tuple[str, str]]) -> None:
    """Names in their colours, in a row above the plot."""
    handles = [axes.plot([], [], "s", color=colour, ms=6)[0] for colour, _ in entries]
    axes.legend(
        handles,
        [name for _, name in entries],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(entries),
        borderaxespad=0,
        frameon=False,
        labelcolor=INK,
        handletextpad=0.3,
        columnspacing=1.2,
    )


def _height(width: float) -> float:
    return 2.6 if width >= WIDE else 2.3
