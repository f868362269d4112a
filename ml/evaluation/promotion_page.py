"""The figures of retraining as Markdown, between marks in their page, and as plots."""

from collections.abc import Iterable, Iterator, Mapping

from ml.contracts.intervals import wilson
from ml.evaluation.marked_section import Section
from ml.evaluation.promotion import Tally
from ml.evaluation.promotion_trials import ATTEMPTS, JITTER, TESTED, Broken, Noise, Power
from ml.evaluation.text_table import markdown
from ml.plots.retraining import FoundLine, found_by_gain

NOISE, POWER, WORSE, SLICES = "noise", "power", "worse", "slices"
_POWER_PLOT = "retraining-power"


def marked(name: str, blocks: Iterable[str]) -> str:
    """Blocks, but for empty ones, between the marks of a section."""
    begin = f"<!-- retraining {name}: begin, written by `python -m ml.cli retraining` -->"
    kept = [block for block in blocks if block]
    return "\n\n".join([begin, *kept, f"<!-- retraining {name}: end -->"])


def shown(plot: str, text: str, *, plots: str) -> str:
    """A plot in Markdown; nothing where ``plots``, its folder as the page names it, is empty."""
    return f"![{text}]({plots}/{plot}.svg)" if plots else ""


def noise_part(noise: Noise) -> Section:
    """Challengers without merit."""
    return Section(marked(NOISE, _noise(noise)), {})


def power_part(power: Power, *, plots: str) -> Section:
    """Challengers that are truly better."""
    sizes = sorted({size for row in power.found.values() for size in row})
    lines = [
        FoundLine(
            f"{size} test pictures",
            [row[size].gain for row in power.found.values()],
            [row[size].passed / row[size].tried for row in power.found.values()],
        )
        for size in sizes
    ]
    svg = found_by_gain(lines)
    text = "How often a true gain is found, by its size and the number of test pictures"
    blocks = (*_power(power, sizes), shown(_POWER_PLOT, text, plots=plots))
    return Section(marked(POWER, blocks), {_POWER_PLOT: svg})


def worse_part(found: Mapping[str, Tally]) -> Section:
    """Challengers that are worse on purpose."""
    rows = [
        [
            name,
            f"{one.gain:+.3f}",
            f"{one.emd_gain:+.4f}",
            f"{one.tried - one.passed} of {one.tried}",
        ]
        for name, one in found.items()
    ]
    table = markdown(["what was done to it", "true SRCC", "true EMD", "refused"], rows)
    blocks = ("### Worse on purpose", f"{TESTED} test pictures, drawn anew each time.", table)
    return Section(marked(WORSE, blocks), {})


def slices_part(broken: Broken) -> Section:
    """A challenger that is better on the whole and broken in the dark."""
    rows = [
        [
            f"{name}, {size} test pictures",
            f"{one.gain:+.3f}",
            _share(one.proved, one.tried),
            _share(one.sliced, one.tried),
            _share(one.passed, one.tried),
        ]
        for name, row in (("broken in the dark", broken.broken), ("sound", broken.sound))
        for size, one in row.items()
    ]
    blocks = (
        "### Better on the whole, broken in the dark",
        f"{broken.dark:.0%} of the pictures are dark.",
        markdown(
            ["challenger", "true SRCC", "a gain is proved", "a slice vetoes", "promoted"], rows
        ),
    )
    return Section(marked(SLICES, blocks), {})


def _noise(noise: Noise) -> Iterator[str]:
    yield "### Challengers that differ by noise alone"
    rows = [
        _noise_row(f"redraws, {TESTED} test pictures", noise.redraws),
        *(_noise_row(f"jitter, {size} test pictures", one) for size, one in noise.jitter.items()),
    ]
    yield markdown(
        ["challengers", "promoted", "a gain is proved", "a slice vetoes", "coverage vetoes"], rows
    )
    yield (
        f"Each side of a redraw learned from its own draw, with repeats, of the same {noise.known} "
        f"pictures. It moves a predicted mean by {noise.moved:.2f} points (root mean square), the "
        f"jitter by {JITTER:.2f}."
    )
    yield (
        f"{ATTEMPTS} challengers of jitter in a row against the same champion on the same "
        f"{TESTED} pictures, in {noise.series} series: at least one is promoted in "
        f"{_share(noise.stubborn, noise.series)} of them. Were each judged as the first, it would "
        f"be {_share(noise.uncounted, noise.series)}."
    )


def _noise_row(name: str, one: Tally) -> list[str]:
    return [
        name,
        f"{one.passed} of {one.tried}",
        *(_share(count, one.tried) for count in (one.proved, one.sliced, one.uncovered)),
    ]


def _power(power: Power, sizes: Iterable[int]) -> Iterator[str]:
    sizes = list(sizes)
    yield "### True gains, and how often they are found"
    rows = []
    for share, row in power.found.items():
        first = next(iter(row.values()))
        rows.append(
            [
                f"{share:.0%}",
                f"{first.gain:+.3f}",
                f"{first.emd_gain:+.4f}",
                *(_share(row[size].passed, row[size].tried) for size in sizes),
            ]
        )
    yield markdown(
        ["the champion knows", "true SRCC", "true EMD", *(f"{size} pictures" for size in sizes)],
        rows,
    )
    yield (
        f"True gains are those on all {power.pictures} pictures. The more of them a test has, the "
        "more the tests share, which flatters the last column."
    )
    sliced = sum(one.sliced for row in power.found.values() for one in row.values())
    tried = sum(one.tried for row in power.found.values() for one in row.values())
    yield f"A slice vetoed {sliced} of these {tried:,} challengers."


def _share(found: int, tried: int) -> str:
    one = wilson(found, tried)
    return f"{one.value:.0%} ({one.low:.0%} to {one.high:.0%})"
