"""One look for every plot: a matplotlib figure without global state, and its SVG text."""

import io
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#2b2a27"
QUIET = "#8a867c"
MODEL = "#3f6fb5"
PEOPLE = "#c2622d"

WIDE = 6.4
NARROW = 3.7

_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.0,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "connoisseur",
}


def new_figure(*, width: float = WIDE, height: float = 3.2) -> tuple[Figure, Axes]:
    """A figure of ``width`` x ``height`` inches and its only axes, in the house style."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.add_subplot()


def to_svg(figure: Figure) -> str:
    """The figure as SVG text to stand inside a page; equal figures give equal text."""
    buffer = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
