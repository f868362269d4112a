"""Plots of the style space: numbers in, SVG text out."""

from collections.abc import Mapping, Sequence

from ml.plots.figure import INK, MODEL, PEOPLE, QUIET, new_figure, to_svg


def neighbour_distances(lines: Mapping[str, tuple[Sequence[float], float]]) -> str:
    """Sorted distances to the k-th neighbour of each space, over the longest; the knee dashed."""
    figure, axes = new_figure(height=2.8)
    for colour, (name, (reach, epsilon)) in zip((MODEL, PEOPLE, INK), lines.items(), strict=False):
        longest = max(reach) or 1.0
        axes.plot([each / longest for each in reach], color=colour, lw=1.4, label=name)
        axes.axhline(epsilon / longest, color=QUIET, lw=0.8, ls=(0, (4, 3)))
    axes.set_ylim(bottom=0)
    axes.set_xlabel("pictures, sorted")
    axes.set_ylabel("distance to the k-th neighbour")
    axes.legend(frameon=False, labelcolor=INK, loc="upper left")
    return to_svg(figure)
