"""Plots of a crowd and of how soon it is known: numbers in, SVG text out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.ticker import FixedLocator, NullFormatter, ScalarFormatter
from numpy.typing import NDArray

from ml.plots.figure import INK, MODEL, PEOPLE, QUIET, new_figure, to_svg

Array = NDArray[np.float64]
_FAMILIES = (PEOPLE, QUIET, MODEL)
_MANNERS: tuple[Any, ...] = (":", "--", "-")
_SHOWN = (1, 2, 5, 10, 20, 40, 60)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """SRCC by votes a picture. ``family`` picks the colour, ``manner`` the dashes; 0 to 2."""

    name: str
    votes: Array
    srcc: Array
    family: int
    manner: int


def votes_and_order(lines: Sequence[Line]) -> str:
    """How well the order of the pictures is known as votes grow, a line for each arm."""
    figure, axes = new_figure(height=3.8)
    for line in lines:
        seen = line.votes >= 1
        axes.plot(
            line.votes[seen],
            line.srcc[seen],
            color=_FAMILIES[line.family],
            ls=_MANNERS[line.manner],
            lw=1.5,
            label=line.name,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(list(_SHOWN)))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("votes a picture")
    axes.set_ylabel("SRCC with the full panel")
    axes.legend(frameon=False, labelcolor=INK, loc="lower right")
    return to_svg(figure)


def rater_habits(bias: Array, noise: Array, slope: Array) -> str:
    """How often each bias, noise and slope occurs among raters, one above the other."""
    figure, axes = new_figure(height=3.0)
    for values, colour, name in (
        (bias, PEOPLE, "bias (points)"),
        (noise, MODEL, "noise (points)"),
        (slope, INK, "stretch of the scale"),
    ):
        axes.hist(values, bins=list(np.linspace(-4, 4, 65)), histtype="step", color=colour, lw=1.4)
        axes.plot([], [], color=colour, label=name)
    axes.legend(frameon=False, labelcolor=INK)
    axes.set_xlabel("value")
    axes.set_ylabel("raters")
    return to_svg(figure)


def intervals(at: Array, shares: Mapping[str, Array]) -> str:
    """How often 80 % intervals held what other raters say, by votes a picture."""
    figure, axes = new_figure(height=2.6)
    colours = (QUIET, MODEL, PEOPLE)
    for colour, (name, held) in zip(colours, shares.items(), strict=False):
        axes.plot(at, 100 * held, "-o", color=colour, lw=1.3, ms=4, label=name)
    axes.axhline(80, color=INK, lw=1, ls=(0, (4, 3)))
    axes.set_ylim(0, 100)
    axes.set_xlabel("votes a picture")
    axes.set_ylabel("intervals that held (%)")
    axes.legend(frameon=False, labelcolor=INK)
    return to_svg(figure)
