"""Plots of whom a crop keeps: estimates in, SVG text out."""

from collections.abc import Mapping

from ml.contracts.config import Estimate
from ml.plots.figure import INK, MODEL, PEOPLE, QUIET, new_figure, to_svg

_ROW = 0.32
_HEAD = 0.9


def preferences(gaps: Mapping[str, Estimate]) -> str:
    """How much oftener each way keeps the lighter of two heads, with its interval.

    Values are differences of shares, -1..1. An interval away from 0 is drawn warm.
    """
    figure, axes = new_figure(height=_HEAD + _ROW * len(gaps))
    names = list(reversed(list(gaps)))
    for place, gap in enumerate(gaps[name] for name in names):
        colour = MODEL if gap.low <= 0 <= gap.high else PEOPLE
        axes.plot([100 * gap.low, 100 * gap.high], [place, place], color=colour, lw=2)
        axes.plot(100 * gap.value, place, "o", color=colour, ms=5)
    axes.axvline(0, color=QUIET, lw=1, ls=(0, (4, 3)))
    axes.set_yticks(range(len(names)), names, color=INK)
    axes.set_xlim(-100, 100)
    axes.set_xlabel("keeps the darker head oftener   |   keeps the lighter head oftener (points)")
    return to_svg(figure)
