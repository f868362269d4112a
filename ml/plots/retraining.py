"""Plots of retraining: numbers in, SVG text out."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.ticker import PercentFormatter

from ml.plots.figure import INK, MODEL, PEOPLE, QUIET, new_figure, to_svg

_COLOURS = (QUIET, PEOPLE, MODEL, INK)


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
