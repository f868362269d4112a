"""Plots of retraining: numbers in, SVG text out."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.ticker import FixedLocator, NullFormatter, PercentFormatter

from ml.plots.figure import INK, MODEL, PEOPLE, QUIET, new_figure, to_svg

_COLOURS = (QUIET, PEOPLE, MODEL, INK)
_APART = 0.04
_LEFT = 0.065


@dataclass(frozen=True, slots=True)
class FoundLine:
    """How often gains of some sizes were found, 0..1 each."""

    name: str
    gains: Sequence[float]
    found: Sequence[float]


def found_by_gain(lines: Sequence[FoundLine]) -> str:
    """Share of challengers that were promoted, by their true gain in SRCC."""
    figure, axes = new_figure(height=3.0)
    for colour, line in zip(_COLOURS, lines, strict=False):
        axes.plot(line.gains, line.found, "-o", color=colour, lw=1.4, ms=4, label=line.name)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel("true gain in SRCC")
    axes.set_ylabel("promoted")
    axes.legend(frameon=False, labelcolor=INK, loc="lower right")
    return to_svg(figure)


@dataclass(frozen=True, slots=True)
class Learned:
    """Figures of challengers by the share of the votes that they learned from, with intervals."""

    name: str
    shares: Sequence[float]
    values: Sequence[float]
    lows: Sequence[float]
    highs: Sequence[float]
    promoted: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Level:
    """A figure that does not depend on the votes."""

    name: str
    value: float
    low: float
    high: float


def learning_curve(lines: Sequence[Learned], levels: Sequence[Level], *, ylabel: str) -> str:
    """A line for each recipe; a full point was promoted, an empty one refused."""
    figure, axes = new_figure(height=3.6)
    for level in levels:
        axes.axhspan(level.low, level.high, color=QUIET, alpha=0.15, lw=0)
        axes.axhline(level.value, color=QUIET, lw=1, ls=(0, (4, 3)))
        axes.annotate(
            level.name, (_LEFT, level.value), xytext=(4, 3), textcoords="offset points", color=QUIET
        )
    for number, (colour, line) in enumerate(zip((PEOPLE, MODEL), lines, strict=False)):
        at = [share * (1 + _APART * (number - 0.5)) for share in line.shares]
        axes.plot(at, line.values, color=colour, lw=1.3, label=line.name)
        axes.vlines(at, line.lows, line.highs, color=colour, lw=1.1)
        for x, y, full in zip(at, line.values, line.promoted, strict=True):
            axes.plot([x], [y], "o", color=colour, ms=6, mfc=colour if full else "white")
    axes.set_xscale("log")
    axes.set_xlim(_LEFT, 1.25)
    axes.xaxis.set_major_locator(FixedLocator([0.1, 0.25, 0.5, 1.0]))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(bottom=0)
    axes.set_xlabel("votes")
    axes.set_ylabel(ylabel)
    axes.plot([], [], "o", color=QUIET, ms=6, label="promoted")
    axes.plot([], [], "o", color=QUIET, ms=6, mfc="white", label="refused")
    axes.legend(frameon=False, labelcolor=INK, loc="lower left", bbox_to_anchor=(0, 1), ncols=4)
    return to_svg(figure)
