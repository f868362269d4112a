"""Champion against challenger on the same frozen pictures, and whether it may take over.

What passes. A gain must be proved: of two intervals of a paired bootstrap over pictures (Efron and
Tibshirani 1993, chapter 13), that of the difference in SRCC and that of the difference in EMD
(r = 2), one must lie on the better side of 0. Both are wider than ``Gate.level``, so that they hold
together (Bonferroni): with 0.95 each side of each errs in 1.25 of 100, so that of first challengers
that are no better at most 2.5 of 100 pass, and of whole series of them at most 5 of 100 get one
through (``gate_levels``). docs/retraining-figures.md measures it.

What vetoes. A loss in either metric, on all pictures or on a slice, that is larger than its margin
while its whole interval lies on the worse side of 0. The margin alone would veto most good
challengers, as small slices jump about; the interval alone would veto losses that nobody sees. The
levels are not shared among slices: a veto that was none costs another run, one that is missed costs
the pictures. The test pictures of other snapshots are slices, too. Coverage vetoes by the same
rule, unless the champion's is further off. Then the golden picture, speed, memory, and a constant.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ml.contracts.config import Estimate
from ml.contracts.retrain import Gate
from ml.contracts.verdict import Figures, Reason, Ruling, SliceVerdict, Verdict
from ml.evaluation.bootstrap import (
    Groups,
    Statistic,
    estimates,
    mean_of,
    rank_correlation_of,
    rank_gain_of,
)
from ml.evaluation.gate_inputs import (
    FIRST,
    Elsewhere,
    GateError,
    Judged,
    Mask,
    Occasion,
    Truth,
    check,
)
from ml.evaluation.gate_levels import level_of, resamples_of
from ml.evaluation.gate_reasons import Asked, Proof, reasons_of
from ml.evaluation.metrics import Array, coverage, emd

_FLAT = 1e-12
_DIGITS = 9


def decide(
    challenger: Judged,
    champion: Judged | None,
    truth: Truth,
    slices: Mapping[str, tuple[str, Mask]],
    gate: Gate,
    seed: int,
    occasion: Occasion = FIRST,
    reasons_for: Callable[[Asked], tuple[Reason, ...]] = reasons_of,
) -> Verdict:
    """The verdict with its reasons. ``slices``: title and (n,) membership, by key.

    ``reasons_for``: what asks and answers; no veto among its answers is a yes.

    Without a champion the challenger must beat the constant. Raises GateError for predictions that
    are not finite or not of the same pictures.
    """
    check(truth, challenger, champion)
    gains = partial(_gains, challenger, champion or truth.constant)
    parts = [
        _slice(key, title, mask, gains(mask, truth=truth, gate=gate, seed=seed), gate)
        for key, (title, mask) in slices.items()
    ]
    asked = _ask(challenger, champion, truth, parts, gate, seed, occasion)
    reasons = reasons_for(asked)
    return Verdict(
        passed=all(reason.ruling is not Ruling.VETO for reason in reasons),
        reasons=reasons,
        pictures=asked.pictures,
        challenger=asked.challenger,
        champion=asked.champion,
        constant=asked.constant,
        gain=asked.proof.gain,
        emd_gain=asked.proof.emd_gain,
        ceiling=ceiling(truth, gate=gate, seed=seed),
        slices=asked.slices,
    )


def _ask(
    challenger: Judged,
    champion: Judged | None,
    truth: Truth,
    parts: Sequence[SliceVerdict],
    gate: Gate,
    seed: int,
    occasion: Occasion,
) -> Asked:
    """Everything that the reasons are about."""
    figures = partial(_figures, truth=truth, gate=gate, seed=seed)
    return Asked(
        gate=gate,
        proof=_prove(challenger, champion or truth.constant, truth, gate, seed, occasion.attempt),
        occasion=occasion,
        elsewhere=sum(_apart(each.truth.groups) >= gate.fewest for each in occasion.elsewhere),
        pictures=len(truth.means),
        apart=_apart(truth.groups),
        challenger=figures(challenger),
        champion=None if champion is None else figures(champion),
        constant=figures(truth.constant),
        over_constant=_gains(
            challenger, truth.constant, _everyone(truth), truth=truth, gate=gate, seed=seed
        ),
        slices=(*parts, *(_part_elsewhere(each, gate, seed) for each in occasion.elsewhere)),
        golden=challenger.golden,
    )


def _prove(
    challenger: Judged, rival: Judged, truth: Truth, gate: Gate, seed: int, attempt: int
) -> Proof:
    """The gains on all pictures, as sure as the ``attempt``-th challenger must be of them."""
    together = level_of(gate.level, attempt)
    level = _shared(together, truth)
    finer = replace(gate, resamples=resamples_of(gate.resamples, attempt), level=level)
    gains = _gains(challenger, rival, _everyone(truth), truth=truth, gate=finer, seed=seed)
    if not gains:
        raise GateError("all pictures have the same votes: there is nothing to tell apart")
    return Proof(level, together, gains["srcc"], gains.get("emd"), _loses(gains, gate))


def ceiling(truth: Truth, *, gate: Gate, seed: int) -> Estimate | None:
    """SRCC of the means with those of a second crowd of the same size; None if votes cannot say.

    The reliability of the means, 1 less the noise of voting over their variance (Lord and Novick
    1968, 3.3), where the noise of a mean of n votes is the pooled variance of single votes over n;
    then from Pearson's to Spearman's by Pearson's (1907) formula for normal variables.
    """
    spare = np.maximum(truth.votes - 1, 0)
    if truth.shares is None or spare.sum() <= 0:
        return None
    bins = np.arange(1, truth.shares.shape[1] + 1, dtype=np.float64)
    within = truth.shares @ bins**2 - (truth.shares @ bins) ** 2
    pooled = float((truth.votes * within).sum() / spare.sum())
    noise, square = mean_of(pooled / truth.votes), mean_of(truth.means**2)
    middle = mean_of(truth.means)

    def statistic(weights: Array) -> Array:
        spread = square(weights) - middle(weights) ** 2
        share = 1 - noise(weights) / np.maximum(spread, _FLAT)
        return 6 / np.pi * np.arcsin(np.clip(share, 0.0, 1.0) / 2)

    return _judge({"only": statistic}, truth.groups, gate, seed)["only"]


def _figures(judged: Judged, *, truth: Truth, gate: Gate, seed: int) -> Figures:
    statistics = {
        "srcc": rank_correlation_of(_told_apart(judged.means), truth.means),
        "mae": mean_of(np.abs(judged.means - truth.means)),
    }
    if judged.shares is not None and truth.shares is not None:
        statistics["emd"] = mean_of(emd(judged.shares, truth.shares, r=2))
    found = _judge(statistics, truth.groups, gate, seed)
    widths = judged.half_widths
    covered = None if widths is None else coverage(judged.means, truth.means, half_width=widths)
    return Figures(
        srcc=found["srcc"],
        emd_r2=found.get("emd"),
        mae=found["mae"],
        coverage=covered,
        milliseconds=judged.milliseconds,
        megabytes=judged.megabytes,
    )


def _gains(
    challenger: Judged,
    rival: Judged,
    mask: Mask,
    *,
    truth: Truth,
    gate: Gate,
    seed: int,
) -> dict[str, Estimate]:
    """Differences on the pictures in ``mask``: in ``srcc`` and, of distributions, in ``emd``."""
    voted, groups = truth.means[mask], truth.groups[mask]
    fewest = min(gate.fewest, _apart(truth.groups))
    if _apart(groups) < fewest or np.ptp(voted) < _FLAT:
        return {}
    new, old = (_told_apart(judged.means[mask]) for judged in (challenger, rival))
    statistics = {"srcc": rank_gain_of(new, old, voted)}
    shares = challenger.shares, rival.shares, truth.shares
    if shares[0] is not None and shares[1] is not None and shares[2] is not None:
        ours, theirs, actual = (rows[mask] for rows in shares if rows is not None)
        statistics["emd"] = mean_of(emd(ours, actual, r=2) - emd(theirs, actual, r=2))
    return _judge(statistics, groups, gate, seed)


def _told_apart(means: Array) -> Array:
    """Means without the rounding of their sums, which would give a constant an order."""
    return np.round(means, _DIGITS)


def _judge(
    statistics: Mapping[str, Statistic], groups: Groups, gate: Gate, seed: int
) -> dict[str, Estimate]:
    return estimates(
        statistics,
        count=len(groups),
        resamples=gate.resamples,
        level=gate.level,
        seed=seed,
        groups=groups,
    )


def _everyone(truth: Truth) -> Mask:
    return np.ones(len(truth.means), dtype=np.bool_)


def _apart(groups: Groups) -> int:
    """How many pictures there are, near-duplicates counting as one."""
    return len(np.unique(groups))


def _shared(level: float, truth: Truth) -> float:
    """The level of each interval so that those of all metrics hold together."""
    metrics = 1 if truth.shares is None else 2
    return 1 - (1 - level) / metrics


def _loses(gains: Mapping[str, Estimate], gate: Gate) -> bool:
    """Whether either metric is certainly worse, and by more than its margin."""
    order, spread = gains.get("srcc"), gains.get("emd")
    less_ordered = order is not None and order.value < -gate.margin and order.high < 0
    further = spread is not None and spread.value > gate.emd_margin and spread.low > 0
    return less_ordered or further


def _part_elsewhere(other: Elsewhere, gate: Gate, seed: int) -> SliceVerdict:
    """As a slice; fewer pictures than a slice needs have no say."""
    truth, everyone = other.truth, _everyone(other.truth)
    check(truth, other.challenger, other.champion)
    found: Mapping[str, Estimate] = {}
    if _apart(truth.groups) >= gate.fewest:
        rival = other.champion or truth.constant
        found = _gains(other.challenger, rival, everyone, truth=truth, gate=gate, seed=seed)
    return _slice(other.key, other.title, everyone, found, gate)


def _slice(
    key: str, title: str, mask: Mask, gains: Mapping[str, Estimate], gate: Gate
) -> SliceVerdict:
    return SliceVerdict(
        key=key,
        title=title,
        pictures=int(mask.sum()),
        srcc=gains.get("srcc"),
        emd_r2=gains.get("emd"),
        vetoes=_loses(gains, gate),
    )
