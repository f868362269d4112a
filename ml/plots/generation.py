"""Plots of generation: numbers in, SVG text out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ml.contracts.config import Estimate
from ml.plots.figure import INK, MODEL, PEOPLE, QUIET, new_figure, to_svg


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked of a generator, and what its judge says of the samples."""

    asked: float
    judged: Estimate


def asked_against_judged(lines: Mapping[str, Sequence[Answer]]) -> str:
    """A line for each generator; the dashed one is a dial that is obeyed."""
    figure, axes = new_figure(height=3.6)
    for colour, (name, answers) in zip((MODEL, PEOPLE, INK), lines.items(), strict=False):
        asked = [answer.asked for answer in answers]
        axes.plot(asked, [a.judged.value for a in answers], "-o", color=colour, lw=1.4, ms=4,
                  label=name)  # fmt: skip
        axes.fill_between(
            asked, [a.judged.low for a in answers], [a.judged.high for a in answers],
            color=colour, alpha=0.15, lw=0,
        )  # fmt: skip
    ends = [answer.asked for answers in lines.values() for answer in answers]
    straight = (min(ends), max(ends))
    axes.plot(straight, straight, color=QUIET, lw=1, ls=(0, (4, 3)), label="as asked")
    axes.set_xlabel("mean score asked for")
    axes.set_ylabel("mean score judged")
    axes.legend(frameon=False, labelcolor=INK, loc="upper left")
    return to_svg(figure)


def kid_by_images(lines: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """KID of samples while learning, by how many real pictures were shown."""
    figure, axes = new_figure(height=2.8)
    for colour, (name, points) in zip((MODEL, PEOPLE, INK), lines.items(), strict=False):
        axes.plot([at for at, _ in points], [kid for _, kid in points], "-o", color=colour,
                  lw=1.4, ms=3, label=name)  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.set_xlabel("pictures shown")
    axes.set_ylabel("KID")
    axes.legend(frameon=False, labelcolor=INK)
    return to_svg(figure)
