"""The figures of a crowd as Markdown, between marks in their page, and as plots."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from ml.evaluation.crowd_attacks import TARGETS, WAYS, Push, Recovery, averaged
from ml.evaluation.crowd_coverage import Stopped
from ml.evaluation.crowd_curves import LEVELS, Curve, share_of_votes, votes_needed
from ml.evaluation.crowd_facts import CrowdFacts, quantiles
from ml.evaluation.crowd_simulation import Elsewhere
from ml.evaluation.crowd_study import AT, BASELINE, PAIRS_AT, Replays, Simulations
from ml.evaluation.marked_section import Section
from ml.evaluation.metrics import Array, srcc
from ml.evaluation.text_table import markdown, with_interval
from ml.plots.crowd import Line, intervals, rater_habits, votes_and_order

FACTS, REPLAY, SIMULATION = "facts", "replay", "simulation"
PARTS = (FACTS, REPLAY, SIMULATION)
_ORDER_PLOT, _HABITS_PLOT, _INTERVALS_PLOT = "crowd-order", "crowd-habits", "crowd-intervals"
_SHOWN = (1, 3, 5, 10, 20, 40, 60)


def facts_part(facts: CrowdFacts, *, plots: str) -> Section:
    """The crowd as it is. ``plots``: the folder of the plots as the page names it, or nothing."""
    habits = facts.habits
    svg = rater_habits(habits.bias, habits.noise, habits.slope)
    return Section(_marked(FACTS, _crowd(facts), plots), {_HABITS_PLOT: svg})


def replay_part(done: Replays, *, plots: str) -> Section:
    """What recorded votes say."""
    drawn = {
        _ORDER_PLOT: votes_and_order([_line(name, one) for name, one in done.opened.items()]),
        _INTERVALS_PLOT: intervals(*_held(done)),
    }
    return Section(_marked(REPLAY, (*_order(done), *_doubt(done)), plots), drawn)


def simulation_part(done: Simulations) -> Section:
    """What made-up crowds say."""
    return Section(_marked(SIMULATION, (*_bad(done), *_pairs(done)), ""), {})


def _marked(name: str, blocks: Iterable[str], plots: str) -> str:
    begin = f"<!-- crowd {name}: begin, written by `python -m ml.cli crowd` -->"
    shown = {plot: f"![{text}]({plots}/{plot}.svg)" for plot, text in _ALT.items()}
    kept = [shown.get(block, block) for block in blocks if plots or block not in shown]
    return "\n\n".join([begin, *kept, f"<!-- crowd {name}: end -->"])


_ALT = {
    _ORDER_PLOT: "Rank correlation with the full panel by votes a picture, for every way to ask",
    _HABITS_PLOT: "How many raters have which bias, noise and stretch",
    _INTERVALS_PLOT: "Share of 80 % intervals that held, by votes a picture",
}


def _line(name: str, curve: Curve) -> Line:
    family = 2 if "prior" in name else 1 if "model" in name else 0
    manner = 0 if "random" in name else 2 if "place" in name else 1
    return Line(name, curve.votes, curve.whole, family, manner)


def _crowd(facts: CrowdFacts) -> Iterator[str]:
    yield "### The crowd as it is"
    yield (
        f"{facts.votes:,} votes of {facts.raters} raters on {facts.pictures} pictures. "
        f"{facts.ends[0]:.0%} of the votes are on the lowest step, {facts.ends[1]:.0%} on the "
        f"highest. The middle rater gives {facts.favourite[2]:.0%} of the votes to one step."
    )
    alpha = ", ".join(f"{kind} {value:.3f}" for kind, value in facts.alpha.items())
    yield (
        f"Krippendorff's alpha: {alpha}. Halves of the raters, stepped up to all of them by "
        f"Spearman-Brown: SRCC {facts.split.correlation:.3f} ({facts.split.low:.3f} to "
        f"{facts.split.high:.3f} in 80 % of random halvings)."
    )
    rank, linear, gap = facts.of_model
    yield (
        f"Our model on all votes against their plain means: SRCC {rank:.4f}, PLCC {linear:.4f}, "
        f"{gap:+.3f} points on average."
    )
    habits = facts.habits
    rows = [
        [name, *(f"{value:.2f}" for value in quantiles(values))]
        for name, values in (
            ("bias, points", habits.bias),
            ("noise, points", habits.noise),
            ("stretch of the scale", habits.slope),
        )
    ]
    yield markdown(["among raters", "5 %", "25 %", "50 %", "75 %", "95 %"], rows)
    yield _HABITS_PLOT


def _order(done: Replays) -> Iterator[str]:
    prior = ", ".join(f"{name} {value:.3f}" for name, value in done.priors.items())
    yield "### Votes and order, any picture can be asked about"
    yield f"SRCC of a scorer with the full panel before any vote: {prior}. The first is used here."
    yield _ORDER_PLOT
    yield _srcc_table(done.opened)
    yield "Votes needed for the order that the baseline has, as a share of its votes:"
    yield _share_table(done.opened)
    yield "### The same when raters arrive, and are asked about 20 of the pictures they rated"
    yield _srcc_table(done.arriving)
    yield _share_table(done.arriving)
    yield "### The same votes, judged by the other half of the raters"
    yield _share_table(done.apart)


def _srcc_table(curves: Mapping[str, Curve]) -> str:
    points = [AT.index(votes) for votes in _SHOWN]
    rows = [
        [name, *(f"{one.whole[point]:.3f}" for point in points)] for name, one in curves.items()
    ]
    return markdown(["SRCC at votes a picture", *(str(votes) for votes in _SHOWN)], rows)


def _share_table(curves: Mapping[str, Curve]) -> str:
    rows = [
        [
            name,
            *(with_interval(share_of_votes(one, curves[BASELINE], v), digits=2) for v in LEVELS),
        ]
        for name, one in curves.items()
        if name != BASELINE
    ]
    return markdown(["share of votes for the order at", *(str(v) for v in LEVELS)], rows)


def _held(done: Replays) -> tuple[Array, dict[str, Array]]:
    at = np.array([one.votes for one in next(iter(done.covered.values()))[0]])
    return at, {
        name: np.array([[one.share for one in run] for run in runs]).mean(axis=0)
        for name, runs in done.covered.items()
    }


def _doubt(done: Replays) -> Iterator[str]:
    yield "### Intervals: do 80 % hold what the other half of the raters says?"
    at, held = _held(done)
    rows = []
    for name, runs in done.covered.items():
        shares = np.array([[one.share for one in run] for run in runs])
        widths = np.array([[one.width for one in run] for run in runs]).mean(axis=0)
        cells = [
            f"{share:.0%} ({low:.0%} to {high:.0%}), {width:.2f}"
            for share, low, high, width in zip(
                held[name], shares.min(axis=0), shares.max(axis=0), widths, strict=True
            )
        ]
        rows.append([name, *cells])
    yield markdown(["held (lowest to highest half), width", *(f"{v:g} votes" for v in at)], rows)
    yield _INTERVALS_PLOT
    yield "### Stopping by the interval, raters of one half arriving"
    yield _stop_table(done)


def _stop_table(done: Replays) -> str:
    rows = []
    for stops in done.stops:
        votes = float(np.mean([one.votes for one in stops]))
        known = float(np.mean([srcc(one.mean, done.truth) for one in stops]))
        needed = votes_needed(done.arriving[BASELINE], known)
        rows.append(
            [
                f"{stops[0].width:g}",
                f"{votes:.1f}",
                f"{known:.3f}",
                f"{needed:.1f}",
                f"{1 - votes / needed:.0%}",
                _coverage_of(stops),
            ]
        )
    headings = ["width, points", "votes a picture", "SRCC", "baseline needs", "saved", "held"]
    return markdown(headings, rows)


def _coverage_of(stops: Sequence[Stopped]) -> str:
    return f"{np.mean([one.held for one in stops]):.0%}"


def _bad(done: Simulations) -> Iterator[str]:
    for name, found in done.pushed.items():
        yield f"### A fifth of the raters are sybils: {name} on the picture they push"
        yield _push_table(found)
        honest = np.mean([one.flags.honest for one in found])
        caught = np.mean([one.flags.others for one in found])
        yield f"Flagged: {honest:.1%} of the honest raters, {caught:.0%} of the sybils."
    for name, rows in done.recovered.items():
        yield f"### A tenth each at random, always 5 and upside down: {name}"
        yield _recovery_table(rows)


def _push_table(found: Sequence[Push]) -> str:
    rows = []
    for target, elsewhere in product(TARGETS, Elsewhere):
        here = [one for one in found if (one.target, one.elsewhere) == (target, elsewhere)]
        moved = (averaged([one.moved[way] for one in here]) for way in WAYS)
        rows.append([f"{target}; {elsewhere} elsewhere", *moved])
    return markdown(["percentile points, mean and largest", *WAYS], rows)


def _recovery_table(rows: Sequence[Recovery]) -> str:
    table = markdown(
        ["way", "SRCC with the truth"],
        [[way, f"{np.mean([one.srcc[way] for one in rows]):.3f}"] for way in WAYS],
    )
    honest = np.mean([one.honest_flagged for one in rows])
    caught = ", ".join(
        f"{kind} {np.mean([one.caught[kind] for one in rows]):.0%}" for kind in rows[0].caught
    )
    return f"{table}\n\nFlagged: {honest:.1%} of the honest raters; of the others: {caught}."


def _pairs(done: Simulations) -> Iterator[str]:
    yield "### Pairs, and both kinds of answers in one fit"
    columns = {
        "pairs, Bradley-Terry": "bradley_terry",
        "pairs, our model": "ours",
        "scores, our model": "scores",
        "half scores, half pairs": "mixed",
        "only those scores": "half",
    }
    rows = [
        [
            str(answers),
            *(
                f"{np.mean([getattr(run[place], field) for run in done.pairs]):.3f}"
                for field in columns.values()
            ),
        ]
        for place, answers in enumerate(PAIRS_AT)
    ]
    yield markdown(["SRCC at answers a picture", *columns], rows)
