"""What generated extremes brought a scorer, as Markdown between marks."""

from collections.abc import Sequence

from ml.evaluation.text_table import markdown, with_interval
from ml.training.generator.extremes import Added

BEGIN = "<!-- extremes: begin, written by `python -m ml.cli pfagan augment-experiment` -->"
END = "<!-- extremes: end -->"


def extremes_page(rows: Sequence[Added], *, learned: int, held_out: int) -> str:
    """The section; the first row is without samples."""
    headings = ["samples added", "votes each", "scores", "SRCC", "gain",
                "error on extreme tenths", "less error"]  # fmt: skip
    cells = [
        ["none", "", "", with_interval(row.srcc), "", with_interval(row.extreme_error), ""]
        if not row.count
        else [
            str(row.count), f"{row.votes:g}", "shuffled" if row.shuffled else "as asked",
            with_interval(row.srcc), with_interval(row.gain), with_interval(row.extreme_error),
            with_interval(row.extreme_gain),
        ]
        for row in rows
    ]  # fmt: skip
    facts = f"{learned} pictures teach the scorer, {held_out} held-out ones test it."
    return "\n\n".join([BEGIN, facts, markdown(headings, cells), _verdict(rows), END])


def _verdict(rows: Sequence[Added]) -> str:
    """By one rule: the interval of a gain lies above zero, and above what shuffled scores gain."""
    asked = [row for row in rows if row.count and not row.shuffled]
    control = {(row.count, row.votes): row for row in rows if row.shuffled}
    helped = [
        f"{row.count} of {row.votes:g} votes"
        for row in asked
        if row.gain.low > max(0.0, control[row.count, row.votes].gain.value)
    ]
    if helped:
        return f"Generated extremes raised the SRCC: {', '.join(helped)}."
    harmed = [f"{row.count} of {row.votes:g} votes" for row in asked if row.gain.high < 0]
    lowered = f"; they lowered it: {', '.join(harmed)}" if harmed else ""
    return f"Generated extremes did not help to rank held-out pictures{lowered}."
