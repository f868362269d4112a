"""Champion generator against challenger: asked the same by the same latents, judged by the same.

The gate is that of scorers (``gate.decide``) with samples for pictures: what was asked stands for
what was voted, what the judge says of a sample for what the model says of a picture. Samples of one
latent are drawn together. The proof is a gain in SRCC of asked and judged means. What vetoes: a
category whose dial is obeyed less, samples that are farther from held-out pictures than the
champion's, samples that repeat learned pictures, a judge that cannot order real pictures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from ml.contracts.config import Estimate
from ml.contracts.retrain import Gate
from ml.contracts.verdict import Reason, ReasonCode, Ruling, SliceVerdict, Verdict
from ml.evaluation.gate import decide
from ml.evaluation.gate_inputs import Judged, Occasion, Truth
from ml.evaluation.gate_reasons import (
    Asked,
    again,
    costs,
    detectable,
    golden,
    in_order,
    proves,
    signed,
)
from ml.evaluation.generation import NEAR, Trial
from ml.evaluation.text_table import with_interval

QUICK = 50.0  # milliseconds for a sample that nobody minds
SMALL = 16.0  # megabytes of weights that nobody minds


@dataclass(frozen=True, slots=True)
class Looks:
    """What was found besides the dial.

    ``kid``: to ``aside`` held-out pictures, ``kid_real``: of learned ones to the same;
    ``kid_champion``, ``kid_gain``: below 0 is better; None without a champion. ``near``: share
    nearer to a learned picture than 95 % of held-out ones. ``judge``: SRCC of the judge on real
    pictures that it never met.
    """

    kid: Estimate
    kid_real: Estimate
    kid_champion: Estimate | None
    kid_gain: Estimate | None
    near: Estimate
    judge: Estimate
    aside: int


def truth_of(trial: Trial) -> Truth:
    """What was asked; its constant is a dial that does nothing: always the mean of all samples."""
    still = np.full(len(trial.judged), trial.judged.mean())
    return Truth(
        shares=None,
        means=trial.asked,
        votes=np.ones(len(trial.asked)),
        groups=trial.latent,
        constant=Judged(None, still, None, None, None, golden=True),
    )


def decide_generator(
    challenger: Judged,
    champion: Judged | None,
    trial: Trial,
    names: tuple[str, ...],
    looks: Looks,
    *,
    gate: Gate,
    seed: int,
    occasion: Occasion,
) -> Verdict:
    """The verdict. ``trial``: of the challenger; ``names``: of its categories. Raises GateError."""
    slices = {
        f"c{number + 1}": (name, trial.category == number) for number, name in enumerate(names)
    }
    reasons = partial(generator_reasons, looks=looks)
    return decide(challenger, champion, truth_of(trial), slices, gate, seed, occasion, reasons)


def generator_reasons(asked: Asked, *, looks: Looks) -> tuple[Reason, ...]:
    """What decides comes first, then the vetoes, then what was found in order."""
    return in_order(_all(asked, looks))


def _all(asked: Asked, looks: Looks) -> Iterator[Reason]:
    yield _better(asked)
    yield from _too_few(asked, looks)
    yield from _categories(asked)
    yield _likeness(looks)
    yield _memorised(looks)
    if asked.champion is not None:
        yield _baseline(asked)
    if not asked.occasion.named:
        yield Reason(ReasonCode.LEARNED, Ruling.NOTE, _UNNAMED)
    yield golden(asked, "make the golden samples")
    yield from costs(asked, quick=QUICK, small=SMALL)


_UNNAMED = (
    "The champion's card does not name all pictures that it learned from: held-out pictures among "
    "them would flatter it."
)


def _better(asked: Asked) -> Reason:
    rival = asked.champion or asked.constant
    whom = "the champion's" if asked.champion is not None else "one that does nothing"
    figures = (
        f"On {asked.pictures} samples: SRCC of the mean asked for and the mean judged "
        f"{asked.challenger.srcc.value:.3f} instead of {rival.srcc.value:.3f}, a difference of "
        f"{signed(asked.proof.gain)}.{again(asked)}"
    )
    if asked.proof.worse:
        lead = f"Its dial is certainly obeyed less than {whom}, by more than the margin."
        return Reason(ReasonCode.BETTER, Ruling.VETO, f"{lead} {figures}")
    if proves(asked.proof.gain, None):
        lead = f"Its dial is obeyed more than {whom}."
        return Reason(ReasonCode.BETTER, Ruling.PASS, f"{lead} {figures}")
    lead = f"It is not proved that its dial is obeyed more than {whom}: the interval reaches 0."
    return Reason(ReasonCode.BETTER, Ruling.VETO, f"{lead} {figures}")


def _too_few(asked: Asked, looks: Looks) -> Iterator[Reason]:
    """Without a judge nothing is proved; without a proof, what gain could have been seen."""
    if not proves(looks.judge, None):
        text = (
            f"The judge learned from {looks.aside} pictures that were kept from the generator, and "
            f"does not certainly order the others as people did: SRCC {with_interval(looks.judge)}."
            " More votes on more pictures are needed."
        )
        yield Reason(ReasonCode.TOO_FEW, Ruling.VETO, text)
    elif not asked.proof.worse and not proves(asked.proof.gain, None):
        text = (
            f"With {asked.pictures} samples of {asked.apart} latents a gain in SRCC is found four "
            f"times in five only if it is {detectable(asked):.3f} or more."
        )
        yield Reason(ReasonCode.TOO_FEW, Ruling.NOTE, text)


def _categories(asked: Asked) -> Iterator[Reason]:
    judged = [part for part in asked.slices if part.srcc is not None]
    vetoes = [part for part in judged if part.vetoes]
    for part in vetoes:
        yield Reason(ReasonCode.SLICE, Ruling.VETO, _category_words(part))
    if judged and not vetoes:
        text = f"In none of {len(judged)} categories is the dial certainly obeyed less."
        yield Reason(ReasonCode.SLICE, Ruling.PASS, text)


def _category_words(part: SliceVerdict) -> str:
    gain = "" if part.srcc is None else f": SRCC {signed(part.srcc)}"
    return (
        f"In the category {part.title} ({part.pictures} samples) the dial is obeyed less{gain}. "
        "That is more than the margin, and no chance."
    )


def _likeness(looks: Looks) -> Reason:
    """Farther by more than the champion's own interval is wide to one side, and no chance."""
    text = (
        f"KID, the distance from {looks.aside} held-out pictures, where less is better, is "
        f"{with_interval(looks.kid)}; that of real pictures, which it learned from, is "
        f"{with_interval(looks.kid_real)}"
    )
    old, gain = looks.kid_champion, looks.kid_gain
    if old is None or gain is None:
        return Reason(ReasonCode.LIKENESS, Ruling.NOTE, f"{text}.")
    text += f". The champion's is {with_interval(old)}, a difference of {signed(gain)}."
    if gain.low > 0 and gain.value > (old.high - old.low) / 2:
        text = f"Its samples are less like real pictures. {text}"
        return Reason(ReasonCode.LIKENESS, Ruling.VETO, text)
    return Reason(ReasonCode.LIKENESS, Ruling.PASS, text)


def _memorised(looks: Looks) -> Reason:
    usual = NEAR / 100
    text = (
        f"{looks.near.value:.1%} of its samples ({looks.near.low:.1%} to {looks.near.high:.1%}) "
        f"come as near to a picture that it learned from as {usual:.0%} of held-out pictures do."
    )
    if looks.near.low > usual:
        return Reason(ReasonCode.MEMORISED, Ruling.VETO, f"It repeats what it saw: {text}")
    return Reason(ReasonCode.MEMORISED, Ruling.PASS, text)


def _baseline(asked: Asked) -> Reason:
    """A dial that does nothing has SRCC 0."""
    gain = asked.over_constant.get("srcc")
    if gain is not None and proves(gain, None):
        text = f"Its dial does something: SRCC {with_interval(gain)}, where nothing gives 0."
        return Reason(ReasonCode.BASELINE, Ruling.PASS, text)
    text = "It is not certain that its dial does anything: the interval of its SRCC reaches 0."
    return Reason(ReasonCode.BASELINE, Ruling.VETO, text)
