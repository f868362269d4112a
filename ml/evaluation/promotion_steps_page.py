"""What a crowd's votes bring, and what kills cost, as Markdown and plots."""

from collections.abc import Iterator, Sequence

from ml.contracts.config import Estimate
from ml.contracts.verdict import ReasonCode, Ruling
from ml.evaluation.marked_section import Section
from ml.evaluation.promotion_kills import Killed
from ml.evaluation.promotion_page import marked, shown
from ml.evaluation.promotion_steps import RECIPES, Step
from ml.evaluation.text_table import markdown, with_interval
from ml.plots.retraining import Learned, Level, learning_curve

STEPS, KILLS = "steps", "kills"
_ORDER_PLOT, _SPREAD_PLOT = "retraining-srcc", "retraining-emd"


def steps_part(done: Sequence[Step], *, plots: str) -> Section:
    """All challengers with their verdicts, and two learning curves."""
    first = done[0].verdict
    begin = first.champion or first.constant
    order = learning_curve(
        [_line(done, recipe, "srcc") for recipe in RECIPES],
        [
            _level("before any vote", begin.srcc),
            _level("a constant", Estimate(0.0, 0.0, 0.0)),
            *([] if first.ceiling is None else [_level("a second crowd", first.ceiling)]),
        ],
        ylabel="SRCC",
    )
    spread = learning_curve(
        [_line(done, recipe, "emd") for recipe in RECIPES],
        [_level("before any vote", begin.emd_r2), _level("a constant", first.constant.emd_r2)],
        ylabel="EMD, r = 2 (less is better)",
    )
    blocks = (
        *_steps(done),
        shown(_ORDER_PLOT, "SRCC on the test pictures by share of the votes", plots=plots),
        shown(_SPREAD_PLOT, "EMD on the test pictures by share of the votes", plots=plots),
    )
    return Section(marked(STEPS, blocks), {_ORDER_PLOT: order, _SPREAD_PLOT: spread})


def kills_part(epochs: int, killed: Sequence[Killed]) -> Section:
    """How often a killed run ended as the undisturbed one did."""
    rows = [
        [str(number), f"{one.at} of {epochs}", _yes(one.same_weights), _yes(one.same_figures)]
        for number, one in enumerate(killed, start=1)
    ]
    same = sum(one.same_weights and one.same_figures for one in killed)
    blocks = (
        "### Killed in the midst of training",
        f"{same} of {len(killed)} killed runs ended as the undisturbed one.",
        markdown(["run", "epochs told when killed", "same weights", "same figures"], rows),
    )
    return Section(marked(KILLS, blocks), {})


def _steps(done: Sequence[Step]) -> Iterator[str]:
    first = done[0].verdict
    yield "### Votes arrive"
    begin = first.champion or first.constant
    words = f"{first.pictures} test pictures. Before any vote: SRCC {with_interval(begin.srcc)}"
    if begin.emd_r2 is not None:
        words += f", EMD {with_interval(begin.emd_r2, digits=4)}"
    if first.constant.emd_r2 is not None:
        words += f". A constant: EMD {with_interval(first.constant.emd_r2, digits=4)}"
    if first.ceiling is not None:
        words += f". A second crowd as large: SRCC {with_interval(first.ceiling)}"
    yield f"{words}."
    rows = [_row(step) for step in done]
    yield markdown(
        ["challenger", "votes", "SRCC", "EMD", "champion", "SRCC gained", "EMD gained", "verdict"],
        rows,
    )


def _row(step: Step) -> list[str]:
    verdict = step.verdict
    new = verdict.challenger
    return [
        f"{step.recipe}, {step.share:.0%}",
        f"{step.votes:,}",
        with_interval(new.srcc),
        "" if new.emd_r2 is None else f"{new.emd_r2.value:.4f}",
        step.champion,
        with_interval(verdict.gain),
        "" if verdict.emd_gain is None else with_interval(verdict.emd_gain, digits=4),
        "promoted" if verdict.passed else f"refused: {_why(step)}",
    ]


def _why(step: Step) -> str:
    vetoes = {reason.code for reason in step.verdict.reasons if reason.ruling is Ruling.VETO}
    return ", ".join(_WORDS[code] for code in ReasonCode if code in vetoes)


_WORDS = {
    ReasonCode.BETTER: "no gain proved",
    ReasonCode.SLICE: "worse on a slice",
    ReasonCode.CALIBRATION: "intervals off",
    ReasonCode.GOLDEN: "golden picture missed",
    ReasonCode.SPEED: "too slow",
    ReasonCode.MEMORY: "too large",
    ReasonCode.TOO_FEW: "too few pictures",
    ReasonCode.BASELINE: "no better than a constant",
}


def _line(done: Sequence[Step], recipe: str, metric: str) -> Learned:
    mine = [step for step in done if step.recipe == recipe]
    figures = [_figure(step, metric) for step in mine]
    return Learned(
        name=recipe,
        shares=[step.share for step in mine],
        values=[each.value for each in figures],
        lows=[each.low for each in figures],
        highs=[each.high for each in figures],
        promoted=[step.verdict.passed for step in mine],
    )


def _figure(step: Step, metric: str) -> Estimate:
    found = step.verdict.challenger
    if metric == "srcc" or found.emd_r2 is None:
        return found.srcc
    return found.emd_r2


def _level(name: str, figure: Estimate | None) -> Level:
    found = figure or Estimate(0.0, 0.0, 0.0)
    return Level(name, found.value, found.low, found.high)


def _yes(same: bool) -> str:  # noqa: FBT001
    return "yes" if same else "NO"
