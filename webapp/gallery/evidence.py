"""What an attribute's number is, where it comes from and how far to trust it, in a sentence."""

from dataclasses import dataclass

from ml.contracts.attributes_card import HELD_OUT, AttributesCard, HeadFacts, MeasuredFacts
from ml.contracts.config import Estimate
from webapp.gallery.figures import between, two_places
from webapp.registry.models import Attribute

NO_TRAINING_DATA = "no_training_data"
NOT_PROVEN = "not_proven"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The simple rival on the same pictures."""

    name: str
    srcc: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Agreement with people on pictures that were not learned from: SRCC with its 95 % interval.

    Of `n` labelled pictures; a formula learned from 0. `raters`: about how many a picture; 0 is
    unknown.
    """

    n: int
    learned_from: int
    tested_on: int
    raters: int
    crowd: str
    srcc: float
    srcc_low: float
    srcc_high: float
    baseline: Baseline | None
    ceiling: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about an attribute before any picture is looked at.

    `judgement`: its number may be read as an opinion. `missing` tells why there is no number.
    """

    source: str | None
    judgement: bool
    missing: str | None
    text: str
    evidence: Evidence | None


def standing(attribute: Attribute, card: AttributesCard | None) -> Standing:
    """Of a learned head, else of a formula, else that nobody has taught it yet."""
    head = card.head(attribute.key) if card else None
    if head is not None:
        return _learned(head)
    formula = card.formula(attribute.key) if card else None
    if formula is not None:
        return _measured(formula)
    text = "Nobody has taught the model this yet: it has no number until people have rated it."
    return Standing(None, False, NO_TRAINING_DATA, text, None)


def _learned(head: HeadFacts) -> Standing:
    srcc = head.srcc
    evidence = Evidence(
        head.n, head.learned_from, head.tested_on, head.raters, head.crowd, srcc.value, srcc.low,
        srcc.high, Baseline(head.baseline, head.baseline_srcc), head.ceiling,
    )  # fmt: skip
    people = f", each rated by about {head.raters} people" if head.raters else ""
    learned = f"Learned from {head.learned_from:,} pictures{people} ({head.crowd})"
    agreement = _agreement(srcc)
    if head.shown:
        text = f"{learned}. Its order of {_tested(head)} agrees with people's ({agreement})."
        return Standing("learned", True, None, f"{text} {_rival(head)}", evidence)
    text = f"{learned}. On {_tested(head)} its order was not shown to beat chance ({agreement})."
    return Standing("learned", False, NOT_PROVEN, f"{text} Its number is kept back.", evidence)


def _tested(head: HeadFacts) -> str:
    if head.protocol == HELD_OUT:
        return f"{head.tested_on:,} others that it had not seen"
    return f"the same {head.tested_on:,}, each asked of a copy that had not learned from it,"


def _agreement(srcc: Estimate) -> str:
    return f"SRCC {two_places(srcc.value)}, 95 % from {between(srcc.low, srcc.high)}"


def _rival(head: HeadFacts) -> str:
    name = f"{head.baseline[:1].upper()}{head.baseline[1:]}"
    if head.baseline_srcc >= head.srcc.value:
        return f"{name}, a simple rival, does as well ({two_places(head.baseline_srcc)})."
    return f"{name}, a simple rival, reaches {two_places(head.baseline_srcc)}."


def _measured(formula: MeasuredFacts) -> Standing:
    said = f"Measured: {formula.formula.rstrip('.')}"
    srcc = formula.srcc
    if srcc is None:
        text = f"{said}. A fact about the pixels that nobody was asked about, no judgement."
        return Standing("measured", False, None, text, None)
    evidence = Evidence(
        formula.n, 0, formula.n, 0, formula.against, srcc.value, srcc.low, srcc.high, None, None
    )  # fmt: skip
    agreement = _agreement(srcc)
    compared = f"people's ratings of {formula.against.replace('_', ' ')} on {formula.n:,} pictures"
    if formula.judgement:
        text = f"{said}. It agrees with {compared} ({agreement})."
    else:
        text = f"{said}. Not shown to agree with {compared} ({agreement}), so it is no judgement."
    return Standing("measured", formula.judgement, None, text, evidence)
