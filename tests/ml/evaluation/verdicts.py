"""Made-up crowds, models that err by a known amount, and what the gate says of them."""

from collections.abc import Mapping

import numpy as np

from ml.contracts.retrain import Gate
from ml.contracts.verdict import ReasonCode, Ruling, Verdict
from ml.evaluation.gate import decide
from ml.evaluation.gate_inputs import (
    FIRST,
    Judged,
    Mask,
    Occasion,
    Truth,
)
from ml.evaluation.metrics import Array, mean_scores

GATE = Gate(resamples=400)
BINS = np.arange(1, 11)
VOTES = 40
NOISE = 0.24  # points, of a mean of so many votes


def shares_of(means: Array) -> Array:
    """(n,) -> (n, 10) bells around the means."""
    bells = np.exp(-((BINS - means[:, None]) ** 2) / 4.5)
    return bells / bells.sum(axis=1, keepdims=True)


def judged(means: Array, *, half_width: float = 0.8) -> Judged:
    shares = shares_of(means)
    widths = np.full(len(means), half_width)
    return Judged(shares, mean_scores(shares), widths, 20.0, 4.0, golden=True)


def crowd(count: int, *, seed: int = 1) -> tuple[Array, Truth]:
    """What pictures are worth, and the votes that say so."""
    generator = np.random.default_rng(seed)
    worth = generator.normal(5.5, 0.9, count)
    shares = np.stack([generator.multinomial(VOTES, row) for row in shares_of(worth)]) / VOTES
    constant = judged(np.full(count, 5.5))
    votes = np.full(count, float(VOTES))
    return worth, Truth(shares, mean_scores(shares), votes, np.arange(count), constant)


def erring(worth: Array, error: float, *, seed: int) -> Judged:
    """A model that errs by so many points, and knows it."""
    guess = worth + np.random.default_rng(seed).normal(0.0, error, len(worth))
    return judged(guess, half_width=1.28 * np.hypot(error, NOISE))


def ruled(
    challenger: Judged,
    champion: Judged | None,
    truth: Truth,
    slices: Mapping[str, tuple[str, Mask]] | None = None,
    *,
    gate: Gate = GATE,
    occasion: Occasion = FIRST,
) -> Verdict:
    return decide(challenger, champion, truth, slices or {}, gate, 1, occasion)


def vetoes(verdict: Verdict) -> set[ReasonCode]:
    return {reason.code for reason in verdict.reasons if reason.ruling is Ruling.VETO}


def text_of(verdict: Verdict, code: ReasonCode) -> str:
    return next(reason.text for reason in verdict.reasons if reason.code is code)
