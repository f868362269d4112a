"""Why a challenger passes or not: each question that the gate asks, answered in one sentence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from ml.contracts.config import Estimate
from ml.contracts.retrain import Gate
from ml.contracts.verdict import Figures, Reason, ReasonCode, Ruling, SliceVerdict
from ml.evaluation.gate_inputs import Occasion

COVERED = 0.8
_POWER = 0.8
_LEAST = 1e-6  # a gain below this is rounding
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Proof:
    """The gains over the champion, or the constant, on all pictures.

    ``level``: of the two intervals, ``together``: at which they hold both. ``worse``: either loses
    more than its margin.
    """

    level: float
    together: float
    gain: Estimate
    emd_gain: Estimate | None
    worse: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """All that was measured.

    ``elsewhere``: how many other snapshots had a say. ``apart``: how many pictures, near-duplicates
    counting as one. ``over_constant``: gains over the constant by metric.
    """

    gate: Gate
    proof: Proof
    occasion: Occasion
    elsewhere: int
    pictures: int
    apart: int
    challenger: Figures
    champion: Figures | None
    constant: Figures
    over_constant: Mapping[str, Estimate]
    slices: tuple[SliceVerdict, ...]
    golden: bool

    @property
    def rival(self) -> str:
        return "a constant" if self.champion is None else "the champion"


def reasons_of(asked: Asked) -> tuple[Reason, ...]:
    """What decides comes first, then the vetoes, then what was found in order."""
    return in_order(_all(asked))


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The first stays the first."""
    proof, *others = reasons
    return (proof, *sorted(others, key=lambda reason: list(_ORDER).index(reason.ruling)))


_ORDER = (Ruling.VETO, Ruling.PASS, Ruling.NOTE)


def proves(gain: Estimate, emd_gain: Estimate | None) -> bool:
    """Whether either interval lies on the better side of 0."""
    return gain.low > _LEAST or (emd_gain is not None and emd_gain.high < -_LEAST)


def _all(asked: Asked) -> Iterator[Reason]:
    yield _better(asked)
    yield from _too_few(asked)
    yield from _slices(asked)
    yield from _beyond(asked)
    if asked.champion is not None:
        yield _baseline(asked)
    if asked.challenger.coverage is not None:
        yield _calibration(asked, asked.challenger.coverage)
    yield golden(asked, "judge the golden picture")
    yield from costs(asked)


def _better(asked: Asked) -> Reason:
    figures = f"On {_tested(asked)}: {_both(asked)}.{again(asked)}"
    if asked.proof.worse:
        lead = f"Certainly worse than {asked.rival}, by more than the margin."
        return Reason(ReasonCode.BETTER, Ruling.VETO, f"{lead} {figures}")
    if proves(asked.proof.gain, asked.proof.emd_gain):
        lead = f"Better than {asked.rival} {_at(asked)}."
        return Reason(ReasonCode.BETTER, Ruling.PASS, f"{lead} {figures}")
    lead = f"No gain over {asked.rival} is proved: both intervals reach 0."
    if asked.proof.emd_gain is None:
        lead = f"No gain over {asked.rival} is proved: the interval reaches 0."
    return Reason(ReasonCode.BETTER, Ruling.VETO, f"{lead} {figures}")


def again(asked: Asked) -> str:
    """What it costs that others were tried before."""
    if asked.occasion.attempt <= 1:
        return ""
    whom = asked.rival if asked.champion is not None else "none"
    return (
        f" It is challenger {asked.occasion.attempt} on this test against {whom}, and chance helps "
        f"whoever tries often: what is proved must hold at {_percent(asked.proof.together)}."
    )


def _percent(level: float) -> str:
    """``99.2 %``, with as many digits as tell it from 100."""
    digits = 1
    while digits < _DIGITS and round(100 * level, digits) >= 100:
        digits += 1
    return f"{100 * level:.{digits}f} %"


def _at(asked: Asked) -> str:
    """What the gain is proved in."""
    if not proves(asked.proof.gain, None):
        return "at foretelling how the votes spread"
    if asked.proof.emd_gain is not None and asked.proof.emd_gain.high < -_LEAST:
        return "at ordering pictures and at foretelling how the votes spread"
    return "at ordering pictures"


def _tested(asked: Asked) -> str:
    words = f"{asked.pictures} test pictures"
    if asked.apart < asked.pictures:
        words += f" ({asked.apart} if near-duplicates count as one)"
    return words


def _both(asked: Asked) -> str:
    rival = asked.champion or asked.constant
    words = (
        f"SRCC {asked.challenger.srcc.value:.3f} instead of {rival.srcc.value:.3f}, "
        f"a difference of {signed(asked.proof.gain)}"
    )
    new, old = asked.challenger.emd_r2, rival.emd_r2
    if asked.proof.emd_gain is not None and new is not None and old is not None:
        words += (
            f"; EMD, where less is better, {new.value:.4f} instead of {old.value:.4f}, "
            f"a difference of {signed(asked.proof.emd_gain, digits=4)}"
        )
    return words


def _too_few(asked: Asked) -> Iterator[Reason]:
    """Below the fewest nothing is proved; without a proof, what gain could have been seen."""
    if asked.apart < asked.gate.fewest:
        text = f"{_tested(asked)} are too few to prove anything; {asked.gate.fewest} are needed."
        yield Reason(ReasonCode.TOO_FEW, Ruling.VETO, text)
    elif not asked.proof.worse and not proves(asked.proof.gain, asked.proof.emd_gain):
        text = (
            f"With {_tested(asked)} a gain in SRCC is found four times in five only "
            f"if it is {detectable(asked):.3f} or more. More votes on more pictures help."
        )
        yield Reason(ReasonCode.TOO_FEW, Ruling.NOTE, text)


def detectable(asked: Asked) -> float:
    """The gain whose interval, as wide as this one, excludes 0 with probability 0.8."""
    half = (asked.proof.gain.high - asked.proof.gain.low) / 2
    return half * (
        1 + NormalDist().inv_cdf(_POWER) / NormalDist().inv_cdf(0.5 + asked.proof.level / 2)
    )


def _slices(asked: Asked) -> Iterator[Reason]:
    judged = [part for part in asked.slices if part.srcc is not None]
    vetoes = [part for part in judged if part.vetoes]
    for part in vetoes:
        yield Reason(ReasonCode.SLICE, Ruling.VETO, _slice_words(part))
    if judged and not vetoes:
        text = f"None of {len(judged)} groups of pictures certainly loses more than its margin."
        yield Reason(ReasonCode.SLICE, Ruling.PASS, text)


def _beyond(asked: Asked) -> Iterator[Reason]:
    """How far the verdict reaches: what it knows nothing of, and what it takes on trust."""
    if not asked.elsewhere:
        text = "All of this is about pictures like these: nothing else was looked at."
        yield Reason(ReasonCode.SLICE, Ruling.NOTE, text)
    if not asked.occasion.named:
        text = (
            "The cards do not name all pictures that the models learned from: test pictures among "
            "them would flatter whoever learned them."
        )
        yield Reason(ReasonCode.LEARNED, Ruling.NOTE, text)


def _slice_words(part: SliceVerdict) -> str:
    words = f"Worse on {part.title} ({part.pictures} pictures)"
    if part.srcc is not None:
        words += f": SRCC {signed(part.srcc)}"
    if part.emd_r2 is not None:
        words += f", EMD {signed(part.emd_r2, digits=4)}"
    return f"{words}. That is more than the margin, and no chance."


def _baseline(asked: Asked) -> Reason:
    order, spread = asked.over_constant.get("srcc"), asked.over_constant.get("emd")
    if order is not None and proves(order, spread):
        text = f"Better than saying the same of every picture: SRCC {signed(order)}"
        text += "." if spread is None else f", EMD {signed(spread, digits=4)}."
        return Reason(ReasonCode.BASELINE, Ruling.PASS, text)
    text = "Not certainly better than saying the same of every picture."
    return Reason(ReasonCode.BASELINE, Ruling.VETO, text)


def _calibration(asked: Asked, covered: float) -> Reason:
    off = abs(covered - COVERED)
    chance = NormalDist().inv_cdf(0.5 + asked.gate.level / 2) * sqrt(
        COVERED * (1 - COVERED) / asked.apart
    )
    known = asked.champion.coverage if asked.champion is not None else None
    nearer = known is not None and off < abs(known - COVERED)
    text = f"Its 80 % intervals hold {covered:.0%} of the voted means"
    text += "." if known is None else f"; the champion's hold {known:.0%}."
    if off > asked.gate.coverage_slack and off > chance and not nearer:
        return Reason(ReasonCode.CALIBRATION, Ruling.VETO, f"{text} That is too far off.")
    return Reason(ReasonCode.CALIBRATION, Ruling.PASS, text)


def golden(asked: Asked, does: str) -> Reason:
    """Whether what was written ``does`` ("judge the golden picture") as the card says."""
    if asked.golden:
        text = f"The written files, read again, {does} as the card says."
        return Reason(ReasonCode.GOLDEN, Ruling.PASS, text)
    text = f"The written files, read again, do not {does} as the card says."
    return Reason(ReasonCode.GOLDEN, Ruling.VETO, text)


def costs(asked: Asked, *, quick: float = 0.0, small: float = 0.0) -> Iterator[Reason]:
    """Beside the champion's; up to ``quick`` milliseconds and ``small`` megabytes all is taken."""
    new, old = asked.challenger, asked.champion
    if old is None:
        return
    yield _cost(
        ReasonCode.SPEED, new.milliseconds, old.milliseconds, most=asked.gate.slowest, free=quick,
        words=("takes", "ms for a picture"),
    )  # fmt: skip
    yield _cost(
        ReasonCode.MEMORY, new.megabytes, old.megabytes, most=asked.gate.largest, free=small,
        words=("has", "MB of weights"),
    )  # fmt: skip


def _cost(
    code: ReasonCode,
    new: float | None,
    old: float | None,
    *,
    most: float,
    free: float,
    words: tuple[str, str],
) -> Reason:
    verb, unit = words
    if new is None or old is None:
        return Reason(code, Ruling.NOTE, f"How many {unit} it {verb} was not measured.")
    text = f"It {verb} {new:.1f} {unit}; the champion {verb} {old:.1f}."
    if new > max(most * old, free):
        return Reason(code, Ruling.VETO, f"{text} More than {most:g} times as much is not taken.")
    return Reason(code, Ruling.PASS, text)


def signed(estimate: Estimate, *, digits: int = 3) -> str:
    """``+0.012 (-0.003 to +0.030)``."""
    value, low, high = (
        f"{number:+.{digits}f}" for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} to {high})"
