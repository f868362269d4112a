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


def duel_losses(
    updates: Sequence[int], generator: Sequence[float | None], discriminator: Sequence[float | None]
) -> str:
    """Hinge losses of both networks at each point of a run, as SVG."""
    figure, axes = new_figure(height=2.8)
    for colour, name, losses in (
        (MODEL, "generator", generator),
        (PEOPLE, "discriminator", discriminator),
    ):
        axes.plot(*_known(updates, losses), "-o", color=colour, lw=1.4, ms=3, label=name)
    axes.set_xlabel("updates")
    axes.set_ylabel("loss")
    axes.legend(frameon=False, labelcolor=INK)
    return to_svg(figure)


def kid_by_updates(updates: Sequence[int], kids: Sequence[float | None]) -> str:
    """KID of samples to held-out pictures at each point of a run, as SVG."""
    figure, axes = new_figure(height=2.8)
    axes.plot(*_known(updates, kids), "-o", color=MODEL, lw=1.4, ms=3)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("updates")
    axes.set_ylabel("KID")
    return to_svg(figure)


def _known(updates: Sequence[int], values: Sequence[float | None]) -> tuple[list[int], list[float]]:
    found = [(at, each) for at, each in zip(updates, values, strict=True) if each is not None]
    return [at for at, _ in found], [each for _, each in found]
