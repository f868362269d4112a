"""How often the gate errs: challengers that are no better, truly better, worse, or broken.

Pictures and votes are a recorded crowd's. A *true gain* is one on all of its pictures; each trial
shows the gate a few of them, drawn anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.retrain import Gate
from ml.contracts.verdict import ReasonCode, Ruling, Verdict
from ml.data.splits import Indices, folds
from ml.evaluation.gate import decide
from ml.evaluation.gate_inputs import Judged, Mask, Occasion, Truth
from ml.evaluation.gate_reasons import COVERED, proves
from ml.evaluation.metrics import (
    Array,
    conformal_half_width,
    emd,
    mean_scores,
    spreads,
    srcc,
)

Learn = Callable[[Indices, Array], Array]
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A crowd's n pictures.

    ``shares``: (n, 10), ``votes``: (n,), ``slices``: title and (n,) membership by key.
    ``learn(rows, shares)``: what a head that learned the ``shares`` of ``rows``, which may repeat,
    says of all pictures, (n, 10).
    """

    shares: Array
    votes: Array
    slices: dict[str, tuple[str, Mask]]
    learn: Learn
    gate: Gate

    @property
    def means(self) -> Array:
        return mean_scores(self.shares)

    def verdict(
        self,
        challenger: Array,
        champion: Array,
        test: Indices,
        *,
        seed: int,
        sized: Indices | None = None,
        attempt: int = 1,
    ) -> Verdict:
        """The gate on the pictures in ``test``; ``sized``, else all others, size the intervals.

        ``attempt``: how many challengers the gate is told to be on this test by now.
        """
        others = np.setdiff1d(np.arange(len(self.shares)), test) if sized is None else sized
        base = self.shares[others].mean(axis=0)
        truth = Truth(
            shares=self.shares[test],
            means=self.means[test],
            votes=self.votes[test],
            groups=test,
            constant=self._judged(np.tile(base, (len(self.shares), 1)), test, others),
        )
        return decide(
            self._judged(challenger, test, others),
            self._judged(champion, test, others),
            truth,
            {key: (title, mask[test]) for key, (title, mask) in self.slices.items()},
            self.gate,
            seed,
            Occasion(attempt=attempt),
        )

    def _judged(self, predicted: Array, test: Indices, sized: Indices) -> Judged:
        means, deviations = mean_scores(predicted), spreads(predicted)
        errors = (means[sized] - self.means[sized]) / deviations[sized]
        width = conformal_half_width(errors, level=COVERED)
        return Judged(
            shares=predicted[test],
            means=means[test],
            half_widths=width * deviations[test],
            milliseconds=None,
            megabytes=None,
            golden=True,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Of ``tried`` challengers, how many passed and how many the gate stopped for what.

    ``proved``: a gain was; ``sliced``: a slice vetoed; ``uncovered``: calibration did.
    ``gain``: mean true gain in SRCC, ``emd_gain`` in EMD (below 0 is better).
    """

    tried: int
    passed: int
    proved: int
    sliced: int
    uncovered: int
    gain: float
    emd_gain: float


def tally(verdicts: Sequence[Verdict], gains: Sequence[tuple[float, float]]) -> Tally:
    """Count. ``gains``: true ones, of each trial or of all."""
    return Tally(
        tried=len(verdicts),
        passed=sum(verdict.passed for verdict in verdicts),
        proved=sum(proves(verdict.gain, verdict.emd_gain) for verdict in verdicts),
        sliced=sum(vetoed(verdict, ReasonCode.SLICE) for verdict in verdicts),
        uncovered=sum(vetoed(verdict, ReasonCode.CALIBRATION) for verdict in verdicts),
        gain=float(np.mean([order for order, _ in gains])),
        emd_gain=float(np.mean([spread for _, spread in gains])),
    )


def vetoed(verdict: Verdict, code: ReasonCode) -> bool:
    """Whether a reason of that kind is a veto."""
    return any(reason.code is code and reason.ruling is Ruling.VETO for reason in verdict.reasons)


def gains_of(
    ground: Ground, challenger: Array, champion: Array, rows: Indices
) -> tuple[float, float]:
    """Gains in SRCC and EMD on ``rows``."""
    voted, shares = ground.means[rows], ground.shares[rows]
    order = srcc(mean_scores(challenger[rows]), voted) - srcc(mean_scores(champion[rows]), voted)
    far = emd(challenger[rows], shares, r=2) - emd(champion[rows], shares, r=2)
    return order, float(far.mean())


def drawn(ground: Ground, size: int, generator: np.random.Generator) -> Indices:
    """``size`` pictures, each at most once."""
    return np.sort(generator.permutation(len(ground.shares))[:size])


def crossed(ground: Ground, *, share: float, seed: int) -> Array:
    """Predictions (n, 10) of heads that never saw a picture.

    Each learned from ``share`` of the pictures of the other folds.
    """
    count = len(ground.shares)
    predicted = np.empty_like(ground.shares)
    generator = np.random.default_rng([seed, round(1000 * share)])
    for split in folds(count, seed=seed, parts=FOLDS):
        rows = generator.permutation(split.train)[: max(2, round(share * len(split.train)))]
        predicted[split.test] = ground.learn(np.sort(rows), ground.shares)[split.test]
    return predicted


def jittered(predicted: Array, *, points: float, generator: np.random.Generator) -> Array:
    """Shares (n, 10) tilted so that means move by a normal noise of about ``points``."""
    bins = np.arange(1, predicted.shape[1] + 1)
    noise = generator.normal(0.0, points, len(predicted)) / np.maximum(spreads(predicted), 0.1) ** 2
    tilted = predicted * np.exp(noise[:, None] * (bins - mean_scores(predicted)[:, None]))
    shares: Array = tilted / tilted.sum(axis=1, keepdims=True)
    return shares
