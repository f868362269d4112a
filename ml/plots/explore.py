"""Plots of a vote data set: arrays in, SVG text out. ``width`` in inches; 3.6 suits a phone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from ml.plots.figure import INK, PEOPLE, QUIET, WIDE, new_figure
from ml.plots.theming import finished

Array = NDArray[np.float64]

_FEW = 20
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Category:
    """One word of the tags: how many pictures carry it, and their mean score with its error."""

    name: str
    count: int
    mean: float
    error: float


def histogram(
    values: Array, *, xlabel: str, width: float, log: bool = False, ylabel: str = "pictures"
) -> str:
    """How often each size occurs; the middle half of the values stands out."""
    figure, axes = new_figure(width=width, height=_height(width))
    bins = _bins(values, log=log)
    low, middle, high = np.percentile(values, [25, 50, 75])
    axes.axvspan(low, high, color=PEOPLE, alpha=0.12, lw=0)
    axes.hist(values, bins=bins, color=PEOPLE, rwidth=0.92)
    axes.axvline(middle, color=INK, lw=1)
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    return finished(figure, axes, xlabel=xlabel, ylabel=ylabel)


def mean_scores(means: Array, *, steps: int, threshold: float, width: float) -> str:
    """Distribution of mean scores with its box plot below; whiskers reach 1.5 boxes far."""
    figure, axes = new_figure(width=width, height=_height(width) + 0.3)
    bin_width = 0.1 if len(means) > 20_000 else 0.2
    edges = np.arange(1 - bin_width / 2, steps + bin_width, bin_width)
    counts, _, _ = axes.hist(means, bins=list(edges), color=PEOPLE, rwidth=0.92)
    top = float(np.max(counts))
    _box(axes, means, top=top)
    axes.axvline(threshold, color=QUIET, lw=0.8, ls=(0, (4, 3)))
    axes.annotate(
        f"good from {threshold:g}",
        (threshold, top * 1.1),
        xytext=(-4, 0),
        textcoords="offset points",
        color=QUIET,
        ha="right",
        va="top",
    )
    axes.set_xlim(1 - bin_width, steps + bin_width)
    axes.set_xticks(range(1, steps + 1))
    axes.set_ylim(-0.26 * top, top * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= top])
    return finished(figure, axes, xlabel="mean score of a picture", ylabel="pictures")


def spread_by_mean(
    centres: Array, middle: Array, low: Array, high: Array, *, steps: int, width: float
) -> str:
    """Standard deviation of the votes by mean score; the band holds 8 of 10 pictures."""
    figure, axes = new_figure(width=width, height=_height(width))
    axes.fill_between(centres, low, high, color=PEOPLE, alpha=0.16, lw=0)
    axes.plot(centres, middle, color=PEOPLE, lw=2, marker="o", ms=3.5)
    axes.set_xlim(1, steps)
    axes.set_ylim(0, max(float(np.max(high)) * 1.12, 0.1))
    return finished(
        figure, axes, xlabel="mean score of a picture", ylabel="spread of its votes (sd)"
    )


def band_distributions(
    names: Sequence[str], counts: Sequence[int], shares: Array, *, width: float
) -> str:
    """Averaged votes of each score band, (bands, steps) shares, the highest band on top.

    All bands share one scale; a pale one averages fewer than twenty pictures.
    """
    rows = len(names)
    figure, axes = new_figure(width=width, height=0.8 + 0.5 * rows)
    at = np.arange(1, shares.shape[1] + 1)
    tallest = float(shares.max())
    for floor, (count, row) in enumerate(zip(counts, shares, strict=True)):
        pale = 0.4 if count < _FEW else 1.0
        axes.bar(at, 0.9 * row / tallest, bottom=floor, width=0.92, color=PEOPLE, alpha=pale)
        axes.axhline(floor, color=QUIET, lw=0.5, alpha=0.5)
    labels = [
        f"{name}  \N{MIDDLE DOT}  {count:,}" for name, count in zip(names, counts, strict=True)
    ]
    axes.set_yticks(np.arange(rows) + 0.3, labels, color=INK)
    axes.set_ylim(0, rows)
    axes.set_xticks(at)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="both", length=0)
    return finished(figure, axes, xlabel="vote", ylabel="")


def categories(items: Sequence[Category], *, average: float, width: float) -> str:
    """Mean score of each category with twice its standard error, beside the average of all."""
    figure, axes = new_figure(width=width, height=0.8 + 0.21 * len(items))
    at = np.arange(len(items))
    means = np.array([item.mean for item in items])
    errors = np.array([2 * item.error for item in items])
    axes.axvline(average, color=QUIET, lw=0.8, ls=(0, (4, 3)))
    axes.errorbar(means, at, xerr=errors, fmt="o", ms=4, color=PEOPLE, elinewidth=1.2)
    axes.set_yticks(at, [_label(item) for item in items], color=INK)
    axes.set_ylim(len(items) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return finished(figure, axes, xlabel="mean score", ylabel="")


def _box(axes: Axes, means: Array, *, top: float) -> None:
    """A box plot under bars that rise to ``top``."""
    axes.boxplot(
        [means],
        orientation="horizontal",
        positions=[-0.14 * top],
        widths=[0.12 * top],
        manage_ticks=False,
        flierprops={"marker": "|", "markersize": 5, "markeredgecolor": PEOPLE, "alpha": 0.35},
        medianprops={"color": INK},
        boxprops={"color": QUIET},
        whiskerprops={"color": QUIET},
        capprops={"color": QUIET},
    )


def _label(item: Category) -> str:
    """A short name without formulas, and the number of pictures."""
    name = (
        item.name
        if len(item.name) <= _LONGEST
        else f"{item.name[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    )
    return f"{name}  \N{MIDDLE DOT}  {item.count:,}".replace("$", r"\$")


def _bins(values: Array, *, log: bool) -> list[float]:
    low, high = float(values.min()), float(values.max())
    if low == high:
        edges = np.array([low * 0.9, low * 1.1]) if low else np.array([-0.5, 0.5])
    elif log:
        edges = np.geomspace(low, high, 31)
    else:
        edges = np.linspace(low, high, 31)
    return [float(edge) for edge in edges]


def _height(width: float) -> float:
    return 2.7 if width >= WIDE else 2.3
