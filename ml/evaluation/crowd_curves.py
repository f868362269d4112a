"""How well the order of the pictures is known as votes grow, and how many votes an arm saves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.config import Estimate
from ml.evaluation.bootstrap import BOOTSTRAP_SEED, rank_correlation_of, resampled
from ml.evaluation.crowd_replay import Trail
from ml.evaluation.metrics import Array

LEVELS = (5, 10, 20, 40)  # votes a picture that an arm's order is compared at
RESAMPLES = 300


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """SRCC with the truth of one arm.

    ``votes``: (points,) a picture, the mean of all runs; ``whole``: (points,) SRCC, mean of all
    runs; ``draws``: (resamples, points) the same for resampled pictures and runs.
    """

    votes: Array
    whole: Array
    draws: Array

    def at(self, point: int) -> Estimate:
        """The SRCC at one point with its 95 % interval."""
        return _estimate(float(self.whole[point]), self.draws[:, point])


def curves(
    trails: Mapping[str, Sequence[Trail]], truth: Array, *, resamples: int = RESAMPLES
) -> dict[str, Curve]:
    """Every arm on the same resamples of pictures; runs of an arm are resampled too."""
    runs = len(next(iter(trails.values())))
    chosen = np.random.default_rng(BOOTSTRAP_SEED).multinomial(
        runs, np.full(runs, 1 / runs), size=resamples
    )
    weights = np.concatenate(list(resampled(len(truth), resamples)))
    return {name: _curve(own, truth, weights, chosen / runs) for name, own in trails.items()}


def share_of_votes(arm: Curve, baseline: Curve, votes: float) -> Estimate:
    """Votes that ``arm`` needs for the order that ``baseline`` has at ``votes``, over ``votes``.

    Read off both curves, linear in the logarithm of votes (in votes below one). An arm that never
    gets there counts as its last point; one that is there without any vote needs 0.
    """
    whole = _needed(arm.votes, arm.whole, baseline.votes, baseline.whole, votes)
    draws = [
        _needed(arm.votes, mine, baseline.votes, other, votes)
        for mine, other in zip(arm.draws, baseline.draws, strict=True)
    ]
    return _estimate(whole / votes, np.array(draws) / votes)


def votes_needed(curve: Curve, srcc: float) -> float:
    """Votes a picture at which a curve reaches an SRCC; its last point where it never does."""
    return _crossing(curve.votes, curve.whole, srcc)


def _curve(trails: Sequence[Trail], truth: Array, weights: Array, chosen: Array) -> Curve:
    whole, draws = [], []
    for trail in trails:
        own = [rank_correlation_of(mean, truth) for mean in trail.mean]
        whole.append([float(one(np.ones((1, len(truth))))[0]) for one in own])
        draws.append(np.stack([one(weights) for one in own], axis=1))
    return Curve(
        votes=np.mean([trail.votes for trail in trails], axis=0),
        whole=np.mean(whole, axis=0),
        draws=np.einsum("dr,rdp->dp", chosen, np.array(draws)),
    )


def _needed(votes: Array, mine: Array, base_votes: Array, base: Array, level: float) -> float:
    target = float(np.interp(np.log1p(level), np.log1p(base_votes), np.maximum.accumulate(base)))
    return _crossing(votes, mine, target)


def _crossing(votes: Array, srcc: Array, target: float) -> float:
    rising = np.maximum.accumulate(srcc)
    if target <= rising[0]:
        return float(votes[0])
    logs = np.where(votes < 1, votes - 1, np.log(np.maximum(votes, 1)))
    at = float(np.interp(target, rising + 1e-12 * np.arange(len(rising)), logs))
    return at + 1 if at < 0 else float(np.exp(at))


def _estimate(value: float, draws: Array) -> Estimate:
    low, high = np.percentile(draws, [2.5, 97.5])
    return Estimate(value, float(low), float(high))
