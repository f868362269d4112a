"""What a head is worth: picks foretold by heads that did not see them, beside the crowd's score.

Every pick is held out once in each of a few random cuts into folds. AUC is the share of (liked,
not liked) pairs in the right order, equal scores counting half; its interval is a bootstrap that
draws liked and other picks apart, the same draws for both, as the two are compared.
"""

import numpy as np
from numpy.typing import NDArray

from ml.contracts.config import Estimate
from ml.contracts.taste import Badge
from ml.taste.head import STANDARD, Floats, Picks, Settings, Truths, fit

FOLDS = 5
CUTS = 4
RESAMPLES = 1000
LEVEL = 0.95


def badge_of(picks: Picks, *, seed: int = 1, settings: Settings = STANDARD) -> Badge:
    """Cross-fit and compare. There must be picks of both kinds, at least as many as folds."""
    generator = np.random.default_rng(seed)
    own = np.mean(
        [wins(_held_out(picks, generator, settings), picks.liked) for _ in range(CUTS)], axis=0
    )
    crowd = wins(picks.crowd, picks.liked)
    draws = _draws(generator, crowd.shape)
    return Badge(
        picks=len(picks.liked),
        liked=int(picks.liked.sum()),
        own=_estimate(own, draws),
        crowd=_estimate(crowd, draws),
        gain=_estimate(own - crowd, draws),
    )


def auc(scores: Floats, liked: Truths) -> float:
    """Share of pairs in the right order; NaN where a kind is missing."""
    order = wins(scores, liked)
    return float(order.mean()) if order.size else float("nan")


def wins(scores: Floats, liked: Truths) -> Floats:
    """(liked, others): 1 where the liked one has the higher score, 1/2 where they are equal."""
    ahead = scores[liked][:, None] - scores[~liked]
    won: Floats = (ahead > 0) + 0.5 * (ahead == 0)
    return won


def _held_out(picks: Picks, generator: np.random.Generator, settings: Settings) -> Floats:
    """(n,) logits, each by a head from the other folds."""
    fold = _folds(picks.liked, generator)
    found = np.empty(len(fold))
    for number in range(FOLDS):
        apart = fold == number
        if apart.any():
            held = picks.part(apart)
            found[apart] = fit(picks.part(~apart), settings).logits(held.vectors, held.crowd)
    return found


def _folds(liked: Truths, generator: np.random.Generator) -> NDArray[np.intp]:
    """(n,) numbers of folds that hold both kinds evenly."""
    fold = np.empty(len(liked), np.intp)
    for kind in (liked, ~liked):
        rows = np.flatnonzero(kind)
        fold[generator.permutation(rows)] = np.arange(len(rows)) % FOLDS
    return fold


def _draws(generator: np.random.Generator, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """How often each liked and each other pick was drawn, as shares, (resamples, n) each."""
    drawn = [
        generator.multinomial(count, np.full(count, 1 / count), size=RESAMPLES) / count
        for count in shape
    ]
    return drawn[0], drawn[1]


def _estimate(order: Floats, draws: tuple[Floats, Floats]) -> Estimate:
    liked, others = draws
    means = ((liked @ order) * others).sum(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value=float(order.mean()), low=float(low), high=float(high))
