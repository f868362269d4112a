"""Let a page decide the colours of a plot, so that one SVG is legible in light and dark."""

from ml.plots.figure import INK, MODEL, PEOPLE, QUIET

_VARIABLES = {INK: "--ink", QUIET: "--ink-3", MODEL: "--model", PEOPLE: "--people"}


def themed(svg: str) -> str:
    """The SVG with the house colours as CSS variables and without a ground of its own."""
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var({variable})")
    return svg.replace("fill: #ffffff", "fill: none")
