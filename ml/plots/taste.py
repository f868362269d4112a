"""A plot of personal taste: numbers in, SVG text out."""

from collections.abc import Mapping, Sequence

import numpy as np

from ml.contracts.config import Estimate
from ml.plots.figure import INK, MODEL, PEOPLE, QUIET, new_figure, to_svg


def auc_by_picks(picks: Sequence[int], lines: Mapping[str, Sequence[Estimate]]) -> str:
    """How often a liked picture is put first, by how many picks were learned from."""
    figure, axes = new_figure(height=3.2)
    place = np.arange(len(picks))
    for colour, (name, figures) in zip((QUIET, PEOPLE, MODEL), lines.items(), strict=False):
        value = [one.value for one in figures]
        axes.plot(place, value, "-o", color=colour, lw=1.4, ms=4, label=name)
        axes.fill_between(
            place, [one.low for one in figures], [one.high for one in figures], color=colour,
            alpha=0.15, lw=0,
        )  # fmt: skip
    axes.set_xticks(place, [str(each) for each in picks])
    axes.set_xlabel("picks")
    axes.set_ylabel("AUC on held-out picks")
    axes.legend(frameon=False, labelcolor=INK, loc="center left", bbox_to_anchor=(1, 0.5))
    return to_svg(figure)
