"""The figures of generation as Markdown between marks, with their plots and sheets."""

from collections.abc import Mapping, Sequence

from ml.evaluation.generation import CategoryFigures, Figures, Ground, Learning
from ml.evaluation.text_table import markdown, with_interval
from ml.plots.generation import Answer, asked_against_judged, kid_by_images

BEGIN = "<!-- generation: begin, written by `python -m ml.cli pfagan report` -->"
END = "<!-- generation: end -->"
CALIBRATION = "generation-calibration"
CURVE = "generation-kid"


def page_of(ground: Ground, measured: Sequence[Figures], *, plots: str) -> str:
    """The section. ``plots``: folder of the images as the page names it, or none."""
    parts = [BEGIN, *_ground(ground), "### Both ways to condition", _overall(measured)]
    if plots:
        parts += [
            f"![Mean score asked for and judged]({plots}/{CALIBRATION}.svg)",
            f"![KID while learning]({plots}/{CURVE}.svg)",
        ]
    parts += ["### The dial", _dial(measured)]
    for one in measured:
        parts += _of_one(one, plots=plots)
    return "\n\n".join([*parts, END])


def plots_of(
    measured: Sequence[Figures], curves: Mapping[str, Sequence[tuple[int, float]]]
) -> dict[str, str]:
    """SVG by name. ``curves``: pictures shown and KID while learning, by title."""
    answers = {
        one.title: [Answer(setting.asked, setting.judged) for setting in one.dial.settings]
        for one in measured
    }
    return {CALIBRATION: asked_against_judged(answers), CURVE: kid_by_images(curves)}


def sheet_name(version: str, what: str) -> str:
    """File name of a sheet of samples."""
    return f"{version}-{what}.jpg"


def _ground(ground: Ground) -> list[str]:
    low, high, sd = ground.dial
    tried = ", ".join(f"{count}: {value:.3f}" for count, value in ground.silhouettes.items())
    words = [
        (
            f"{ground.learned} pictures of {' and '.join(ground.data)}, reduced to {ground.side} "
            f"pixels, taught the generators; {ground.held_out} others, chosen by their digests, "
            f"taught only the judges. 90 % of the means that were learned from lie in {low:.1f} "
            f"to {high:.1f}, and votes on one picture typically spread by {sd:.1f}."
        ),
        (
            "The judge of scores is a head like that of the shipped scorer; on the pictures of "
            f"the generators, which it never met, its SRCC is {with_interval(ground.judge)}. The "
            f"head that tells categories is right on {with_interval(ground.head)} of them. "
            "Distances are between the first "
            f"{ground.components} principal components of frozen features of {ground.space}; "
            "they compare with each other only and are no FID."
        ),
    ]
    if tried:
        words.append(f"Mean silhouette by number of categories: {tried}.")
    return words


def _overall(measured: Sequence[Figures]) -> str:
    rows: list[tuple[str, list[str]]] = [
        ("SRCC of mean asked and judged", [with_interval(one.dial.obeyed) for one in measured]),
        ("the same, asked shuffled", [with_interval(one.dial.shuffled) for one in measured]),
        ("category recognised", [with_interval(one.dial.recognised) for one in measured]),
        ("the same, one answer to all", [f"{one.dial.majority:.3f}" for one in measured]),
        ("KID to held-out pictures", [with_interval(one.likeness.kid) for one in measured]),
        ("the same of real pictures", [with_interval(one.likeness.kid_real) for one in measured]),
        ("FD to held-out pictures", [f"{one.likeness.frechet:.1f}" for one in measured]),
        ("the same of real pictures", [f"{one.likeness.frechet_real:.1f}" for one in measured]),
        ("nearer to a learned picture than 95 % of held-out ones", [
            with_interval(one.likeness.memories.share) for one in measured]),
        ("samples of the sheet; of the others", [
            f"{one.dial.samples}; {one.likeness.samples}" for one in measured]),
        ("numbers that are learned", [f"{one.learning.parameters:,}" for one in measured]),
        ("updates; pictures shown", [_shown(one.learning) for one in measured]),
        ("minutes of learning", [f"{one.learning.wall_time_s / 60:.1f}" for one in measured]),
        ("machine", [one.learning.machine for one in measured]),
    ]  # fmt: skip
    return markdown(["", *(one.title for one in measured)], [[name, *each] for name, each in rows])


def _shown(learning: Learning) -> str:
    return f"{learning.updates:,}; {learning.images:,}"


def _dial(measured: Sequence[Figures]) -> str:
    asked = [setting.asked for setting in measured[0].dial.settings]
    rows = [
        [
            f"{mean:.2f}",
            *(with_interval(one.dial.settings[at].judged, digits=2) for one in measured),
        ]
        for at, mean in enumerate(asked)
    ]
    return markdown(["asked", *(f"judged, {one.title}" for one in measured)], rows)


def _of_one(one: Figures, *, plots: str) -> list[str]:
    parts = [f"### Categories, {one.title}", _categories(one.by_category), _told(one)]
    if plots:
        parts += [
            (
                f"![A row for each category, the dial from low to high with one latent]"
                f"({plots}/{sheet_name(one.version, 'dial')})"
            ),
            (
                f"![Samples of each category]({plots}/{sheet_name(one.version, 'categories')})"
            ),
            (f"![Samples that come closest to a learned picture, with that picture below]"
            f"({plots}/{sheet_name(one.version, 'nearest')})"),
        ]  # fmt: skip
    return parts


def _categories(rows: Sequence[CategoryFigures]) -> str:
    headings = ["category", "pictures", "SRCC asked and judged", "recognised",
                "others told to be it", "KID", "spread of samples",
                "spread of pictures"]  # fmt: skip
    cells = [
        [
            row.name, str(row.pictures), with_interval(row.obeyed), with_interval(row.recognised),
            with_interval(row.mistaken), "-" if row.kid is None else f"{row.kid:.3f}",
            f"{row.spread:.1f}", f"{row.spread_real:.1f}",
        ]
        for row in rows
    ]  # fmt: skip
    return markdown(headings, cells)


def _told(one: Figures) -> str:
    """Which categories succeed and which fail, by one rule for all."""
    good = [row.name for row in one.by_category if row.surely_made]
    bad = [row.name for row in one.by_category if not row.surely_made]
    succeed = "; ".join(good) or "none"
    fail = "; ".join(bad) or "none"
    return (
        "Recognised in more than half of their samples, and surely more often than others are "
        f"taken for them: {succeed}. Not so: {fail}. What a head recognises may be colours and "
        "textures alone; look at the sheets."
    )
