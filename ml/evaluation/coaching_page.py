"""The figures of the coach as Markdown, between marks in its page."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from ml.coach.trust import Trust
from ml.contracts.config import Estimate
from ml.contracts.edits import COMPONENTS, Edits
from ml.evaluation.bootstrap import estimate, mean_of
from ml.evaluation.coaching import Change, Outcome, promises
from ml.evaluation.metrics import Array, plcc
from ml.evaluation.text_table import markdown

BEGIN = "<!-- coach: begin, written by `python -m ml.cli coach` -->"
END = "<!-- coach: end -->"
Pick = Callable[[Outcome], Change | None]


def section(done: Sequence[Outcome], *, trust: Trust | None) -> str:
    """The whole generated section, with its marks."""
    parts = [
        BEGIN,
        _pictures(done),
        _gains(done),
        _by_panel(done),
        _refusals(done),
        _components(done),
        _asymmetry(done),
        _trust(done, trust),
        END,
    ]
    return "\n\n".join(parts)


def _pictures(done: Sequence[Outcome]) -> str:
    counts = Counter(one.panel for one in done)
    named = ", ".join(f"{count} of {panel}" for panel, count in counts.items())
    timed = [one.seconds for one in done if one.seconds]
    took = f" The search took {np.median(timed):.1f} s a picture (median)." if timed else ""
    said = f"Measured on {len(done)} held-out pictures ({named})."
    return f"{said} A picture without edit gains 0.{took}"


_ROWS: Sequence[tuple[str, Pick]] = (
    ("the optimum, before any check", lambda one: one.wanted),
    ("what is proposed, after all checks", lambda one: one.whole),
    ("random edits of the same size", lambda one: one.random),
    ("auto-contrast", lambda one: one.fixed),
)


def _gains(done: Sequence[Outcome]) -> str:
    lines = [_gain_line(name, done, pick) for name, pick in _ROWS]
    return markdown(
        ["edit", "changed", "optimised scorer: gain", "second scorer: gain", "improved (second)"],
        lines,
    )


def _gain_line(name: str, done: Sequence[Outcome], pick: Pick) -> list[str]:
    changes = [pick(one) for one in done]
    own = np.array([change.gain if change else 0.0 for change in changes])
    second = np.array([change.second_gain if change else 0.0 for change in changes])
    changed = sum(change is not None for change in changes)
    better = int((second > 0).sum())
    return [name, str(changed), _signed(own), _signed(second), f"{better / len(done):.0%} of all"]


def _by_panel(done: Sequence[Outcome]) -> str:
    lines = []
    for panel in dict.fromkeys(one.panel for one in done):
        own = [one for one in done if one.panel == panel]
        for name, pick in _ROWS[:2]:
            lines.append([panel, *_gain_line(name, own, pick)])
    return markdown(
        ["pictures", "edit", "changed", "optimised scorer", "second scorer", "improved (second)"],
        lines,
    )


def _refusals(done: Sequence[Outcome]) -> str:
    found = [one for one in done if one.wanted]
    refused = [one for one in found if one.wanted and one.wanted.faults]
    why = Counter(fault for one in refused if one.wanted for fault in one.wanted.faults)
    mended = sum(one.whole is not None for one in refused)
    named = ", ".join(f"{fault} {count}" for fault, count in why.most_common())
    none = Counter(one.reason.partition(":")[0].rstrip(".") for one in done if not one.whole)
    silent = "; ".join(f"{_digitless(reason)} ({n})" for reason, n in _merged(none).items())
    return (
        f"The naturalness check refused {len(refused)} of {len(found)} optima "
        f"({len(refused) / max(1, len(found)):.0%}): {named or 'none'}. In {mended} of these "
        f"cases a weaker recipe, or its tones alone, passed. No proposal for "
        f"{sum(none.values())} of {len(done)} pictures: {silent or 'none'}."
    )


def _digitless(reason: str) -> str:
    return reason[0].lower() + reason[1:]


def _merged(reasons: Counter[str]) -> dict[str, int]:
    """Reasons that differ only in a figure, counted together."""
    merged: Counter[str] = Counter()
    for reason, count in reasons.items():
        key = "the gain is too small to notice" if "less than people" in reason else reason
        merged[key] += count
    return dict(merged.most_common())


def _components(done: Sequence[Outcome]) -> str:
    recipes = [Edits.from_json(one.whole.edits) for one in done if one.whole]
    uses = Counter(key for recipe in recipes for key in recipe.components())
    named = ", ".join(f"{key.replace('_', ' ')} {uses[key]}" for key in COMPONENTS if uses[key])
    return f"Of {len(recipes)} proposals use: {named or 'none'}."


def _asymmetry(done: Sequence[Outcome]) -> str:
    both = [(one.tones, one.opposite) for one in done if one.tones and one.opposite]
    if not both:
        return "No tones were changed, so that nothing could be reversed."
    won = np.array([tones.gain for tones, _ in both])
    lost = np.array([-other.gain for _, other in both])
    share = float(np.mean(lost > won))
    drawn = [one.random.gain for one in done if one.random]
    worse = float(np.mean(np.array(drawn) < 0)) if drawn else 0.0
    return (
        f"Asymmetry, on the optimised scorer: the optimum's tones gain {_signed(won)}, the same "
        f"tones the other way cost {_signed(lost)}; they cost more than the optimum gains on "
        f"{share:.0%} of {len(both)} pictures. A random edit of the same size lowers the score "
        f"in {worse:.0%} of cases."
    )


def _trust(done: Sequence[Outcome], trust: Trust | None) -> str:
    gains, confirmed = promises(done)
    if trust is None or len(gains) < 2:
        return "The intervals were not calibrated for this scorer."
    held = np.abs(confirmed - trust.share * gains) <= trust.spread
    return (
        f"Calibrated on {trust.pictures} natural optima of training pictures: the second scorer "
        f"confirms {trust.share:.0%} of a promised gain, within {trust.spread:.2f} points in 80 % "
        f"of cases. On the held-out pictures promised and confirmed gains correlate by "
        f"{plcc(gains, confirmed):.2f}, and the 80 % interval of the gain held what the second "
        f"scorer saw in {np.mean(held):.0%} of {len(gains)} natural optima."
    )


def _signed(values: Array) -> str:
    figure: Estimate = estimate(mean_of(values), count=len(values))
    return f"{figure.value:+.3f} ({figure.low:+.3f} to {figure.high:+.3f})"
