"""What a head is worth: picks foretold by heads that did not see them, beside the crowd's score.

Every pick is held out once in each of a few random cuts into folds. Near-copies of a picture are
held out and drawn together: a head that saw one of them has seen them all. AUC is the share of
(liked, not liked) pairs in the right order, equal scores counting half; its interval is a bootstrap
that draws liked and other picks apart, the same draws for both, as the two are compared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ml.contracts.config import Estimate
from ml.contracts.taste import Badge
from ml.taste.head import STANDARD, Floats, Picks, Settings, Truths, fit, likeness

FOLDS = 5
CUTS = 4
RESAMPLES = 1000
LEVEL = 0.95
_DIGITS = 9  # sums of shares are not quite 1, and a coin's interval must not lie above .5
SAME = 0.9  # likeness from which two pictures are copies

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """``of``: (n,) the group of each pick; ``liked``: (groups,) whether most of its picks are."""

    of: Numbers
    liked: Truths


def badge_of(picks: Picks, *, seed: int = 1, settings: Settings = STANDARD) -> Badge:
    """Cross-fit and compare. There must be picks of both kinds, at least as many as folds."""
    generator = np.random.default_rng(seed)
    groups = _grouped(picks, settings)
    own = np.mean(
        [wins(_held_out(picks, groups, generator, settings), picks.liked) for _ in range(CUTS)],
        axis=0,
    )
    crowd = wins(picks.crowd, picks.liked)
    draws = _draws(generator, groups, picks.liked)
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


def _grouped(picks: Picks, settings: Settings) -> _Groups:
    alike = likeness(picks.vectors, picks.vectors, settings.closeness) > SAME
    count, labels = connected_components(csr_array(alike), directed=False)
    of = labels.astype(np.intp)
    sizes = np.bincount(of, minlength=count)
    return _Groups(of, np.bincount(of, picks.liked, minlength=count) >= sizes / 2)


def _held_out(
    picks: Picks, groups: _Groups, generator: np.random.Generator, settings: Settings
) -> Floats:
    """(n,) logits, each by a head from the other folds; 0 where either kind has fewer pictures."""
    found = np.zeros(len(groups.of))
    if min(groups.liked.sum(), (~groups.liked).sum()) < FOLDS:
        return found
    fold = _folds(groups.liked, generator)[groups.of]
    for number in range(FOLDS):
        apart = fold == number
        if apart.any():
            held = picks.part(apart)
            found[apart] = fit(picks.part(~apart), settings).logits(held.vectors, held.crowd)
    return found


def _folds(liked: Truths, generator: np.random.Generator) -> Numbers:
    """(groups,) numbers of folds that hold both kinds evenly."""
    fold = np.empty(len(liked), np.intp)
    for kind in (liked, ~liked):
        rows = np.flatnonzero(kind)
        fold[generator.permutation(rows)] = np.arange(len(rows)) % FOLDS
    return fold


def _draws(generator: np.random.Generator, groups: _Groups, liked: Truths) -> tuple[Floats, Floats]:
    """How often each liked and each other pick was drawn, as shares, (resamples, n) each.

    Groups of either kind are drawn apart. A draw without a kind has shares of 0: it proves nothing.
    """
    often = np.zeros((RESAMPLES, len(groups.liked)))
    for kind in (groups.liked, ~groups.liked):
        if count := int(kind.sum()):
            often[:, kind] = generator.multinomial(count, np.full(count, 1 / count), RESAMPLES)
    drawn = (often[:, groups.of[rows]] for rows in (liked, ~liked))
    first, second = (each / np.maximum(each.sum(axis=1, keepdims=True), 1) for each in drawn)
    return first, second


def _estimate(order: Floats, draws: tuple[Floats, Floats]) -> Estimate:
    liked, others = draws
    means = ((liked @ order) * others).sum(axis=1).round(_DIGITS)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value=float(order.mean()), low=float(low), high=float(high))
