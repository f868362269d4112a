"""Let a page decide the colours of a plot, so that one SVG is legible in light and dark."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ml.plots.figure import INK, MODEL, PEOPLE, QUIET, to_svg

_VARIABLES = {INK: "--ink", QUIET: "--ink-3", MODEL: "--model", PEOPLE: "--people"}


def finished(figure: Figure, axes: Axes, *, xlabel: str, ylabel: str) -> str:
    """The figure with its axes named, as SVG text in the colours of the page around it."""
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    return themed(to_svg(figure))


def themed(svg: str) -> str:
    """The SVG with the house colours as CSS variables and without a ground of its own."""
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var({variable})")
    return svg.replace("fill: #ffffff", "fill: none")
