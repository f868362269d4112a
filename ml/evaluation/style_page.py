"""The tables of docs/style-figures.md, between marks in that page."""

from collections.abc import Sequence
from dataclasses import dataclass

from ml.evaluation.marked_section import Section
from ml.evaluation.style_agreement import SpaceFigures
from ml.evaluation.style_looks import Looks
from ml.evaluation.text_table import markdown, with_interval
from ml.plots.style import neighbour_distances
from ml.style.space import Distortion

BEGIN = "<!-- style: begin, written by `python -m ml.cli style report` -->"
END = "<!-- style: end -->"
SHEET = "style-looks.jpg"
PLOT = "style-neighbours"


@dataclass(frozen=True, slots=True, eq=False)
class StyleStudy:
    """Everything that the page tells.

    ``distortions``: space -> of its projection on ``components``. ``taught``: lines on the fast
    networks. ``folder``: of pictures and plots, as the page names it; "" where there is none.
    """

    spaces: Sequence[SpaceFigures]
    distortions: dict[str, Distortion]
    components: int
    neighbours: int
    least: int
    painters: dict[str, int]
    looks: Looks
    taught: Sequence[str]
    settings: str
    folder: str = ""


def section(study: StyleStudy) -> Section:
    """The whole generated section, with its marks, and its plot."""
    text = "\n\n".join(
        part
        for part in (
            BEGIN, "### Ways to paint", _ways(study), "### Clusters and painters",
            _spaces(study), "### Neighbours", _neighbours(study), "### Projection",
            _projection(study), END,
        )
        if part
    )  # fmt: skip
    curves = {each.space: (each.reach.tolist(), each.epsilon) for each in study.spaces}
    return Section(text, {PLOT: neighbour_distances(curves)})


def _ways(study: StyleStudy) -> str:
    table = markdown(
        ["way", "pictures", "seconds of a core each", "style loss left"],
        [
            [each.way, str(each.pictures), f"{each.seconds:.2f}", f"{each.left:.2f}"]
            for each in study.looks.ways
        ],
    )
    parts = [
        study.settings,
        table,
        (
            f'"Style loss left" is the loss of the result over that of the untouched content, as '
            f"{study.looks.judge} sees it; a way that was made to please this judge looks best."
        ),
        *study.taught,
    ]
    if study.folder:
        ways = ", ".join(each.way for each in study.looks.ways)
        parts.append(f"![Content, style, then: {ways}]({study.folder}/{SHEET})")
    return "\n\n".join(parts)


def _spaces(study: StyleStudy) -> str:
    rows = [
        [
            space.space, each.way, str(each.clusters), str(each.alone),
            with_interval(each.rand), with_interval(each.rand_by_chance),
            with_interval(each.measure), with_interval(each.measure_by_chance),
        ]
        for space in study.spaces
        for each in space.agreements
    ]  # fmt: skip
    table = markdown(
        ["space", "way", "clusters", "in none", "adjusted Rand", "by chance", "V-measure",
         "by chance"],
        rows,
    )  # fmt: skip
    counted = ", ".join(f"{count} of {name}" for name, count in study.painters.items())
    return (
        f"{sum(study.painters.values())} paintings: {counted}. DBSCAN with {study.neighbours} "
        "neighbours and its epsilon at the knee, HDBSCAN with clusters of at least "
        f"{study.least}. Pictures in no cluster count as one cluster more. Intervals are 95 % "
        "bootstrap intervals over paintings with the clusters held fixed; by chance: painters "
        f"shuffled, with 95 % of the shuffles.\n\n{table}\n\n{_verdict(study)}"
    )


def _verdict(study: StyleStudy) -> str:
    """Which clusterings agree with the painters beyond chance, in words."""
    above = [
        f"{each.way} on {space.space}"
        for space in study.spaces
        for each in space.agreements
        if each.rand.low > each.rand_by_chance.high
    ]
    if not above:
        return "No clustering agrees with the painters beyond chance by its adjusted Rand index."
    return f"Beyond chance by the adjusted Rand index, the interval too: {'; '.join(above)}."


def _neighbours(study: StyleStudy) -> str:
    table = markdown(
        ["space", "nearest other painting is by the same painter", "by chance"],
        [
            [each.space, with_interval(each.neighbour), with_interval(each.neighbour_by_chance)]
            for each in study.spaces
        ],
    )
    if not study.folder:
        return table
    name = f"Distances to neighbour {study.neighbours}, the dashed lines at the knees"
    return f"{table}\n\n![{name}]({study.folder}/{PLOT}.svg)"


def _projection(study: StyleStudy) -> str:
    rows = [
        [space, f"{each.mean:.1%}", f"{each.high:.1%}", f"{each.largest:.1%}", str(each.pairs)]
        for space, each in study.distortions.items()
    ]
    table = markdown(["space", "mean error", "95 % below", "largest", "pairs"], rows)
    return (
        f"Distances after the random projection on {study.components} numbers, against the exact "
        f"ones:\n\n{table}"
    )
