"""The figures of personal taste as Markdown between marks, and as a plot."""

from collections.abc import Mapping, Sequence

from ml.evaluation.taste_study import Badges, Gained
from ml.evaluation.text_table import markdown, with_interval
from ml.plots.taste import auc_by_picks

PLOT = "taste-gain"


def page_of(
    gained: Mapping[str, Sequence[Gained]],
    badges: Sequence[Badges],
    settings: Mapping[str, Sequence[Gained]],
    *,
    plots: str,
) -> str:
    """The section. ``gained`` by what the crowd's scorer knew; ``plots``: their folder, or none."""
    blocks = ["<!-- taste: begin, written by `python -m ml.cli taste` -->"]
    for name, rows in gained.items():
        blocks += [f"### Held-out picks, {name}", _table(rows)]
        if plots and name == next(iter(gained)):
            blocks.append(f"![AUC on held-out picks by number of picks]({plots}/{PLOT}.svg)")
    blocks += ["### Who would see an order of their own", _badges(badges)]
    blocks += ["### The settings, on the other half of the raters", _settings(settings)]
    return "\n\n".join([*blocks, "<!-- taste: end -->"])


def plot_of(gained: Sequence[Gained]) -> str:
    """SVG."""
    return auc_by_picks(
        [one.picks for one in gained],
        {
            "other raters' mean vote": [one.others for one in gained],
            "own head": [one.own for one in gained],
            "crowd's score alone": [one.crowd for one in gained],
        },
    )


def _table(rows: Sequence[Gained]) -> str:
    headings = [
        "picks", "people", "crowd's score alone", "own head", "gain", "served better",
        "other raters' mean vote",
    ]  # fmt: skip
    cells = [
        [
            str(one.picks), str(one.people), with_interval(one.crowd), with_interval(one.own),
            with_interval(one.gain), f"{one.better:.0%}", with_interval(one.others),
        ]
        for one in rows
    ]  # fmt: skip
    return markdown(headings, cells)


def _badges(rows: Sequence[Badges]) -> str:
    cells = [
        [str(one.picks), str(one.people), f"{one.shown:.1%}", f"{one.by_chance:.1%}"]
        for one in rows
    ]
    return markdown(["picks", "people", "shown", "shown though picks were shuffled"], cells)


def _settings(found: Mapping[str, Sequence[Gained]]) -> str:
    at = [one.picks for one in next(iter(found.values()))]
    cells = [[name, *(f"{one.own.value:.4f}" for one in rows)] for name, rows in found.items()]
    table = markdown(["AUC at picks", *(str(picks) for picks in at)], cells)
    return f"{table}\n\n{_moved(found)}"


def _moved(found: Mapping[str, Sequence[Gained]]) -> str:
    """Which change gains and which loses most, ``found`` having the settings as they are first."""
    (_, kept), *changed = found.items()
    moves = [
        (after.own.value - before.own.value, name, before.picks)
        for name, rows in changed
        for before, after in zip(kept, rows, strict=True)
    ]
    gained, lost = max(moves), min(moves)
    return (
        f"Of all changes *{gained[1]}* gains most, {gained[0]:+.4f} at {gained[2]} picks, "
        f"and *{lost[1]}* loses most, {lost[0]:+.4f} at {lost[2]} picks."
    )
