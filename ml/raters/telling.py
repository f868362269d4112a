"""A settled fit in the product's words: points, intervals, how divided people are, habits."""

import numpy as np

from ml.raters.curves import curves
from ml.raters.evidence import bounds
from ml.raters.likelihood import hear
from ml.raters.opinion import Opinion
from ml.raters.rounds import Settled
from ml.raters.scale import mean_points
from ml.raters.state import State
from ml.raters.votes import Ballot, Floats, Places, totals

_EIGHTY = 1.2815515655446004  # standard deviations on either side of the middle 80 %
_CALM = 5.0  # votes that "people agree as usual" is worth


def told(ballot: Ballot, settled: Settled) -> Opinion:
    """The opinion that a settled fit stands for."""
    state, sd = settled.state, settled.quality_sd
    noise = state.panel_noise()
    quality = state.quality + _leaning(state)
    low, mean, high = (
        mean_points(quality + shift * sd, noise, state.cuts) for shift in (-_EIGHTY, 0.0, _EIGHTY)
    )
    unit = _points_per_unit(state)
    loud = np.exp(state.log_noise)
    followed = state.slope**2 * _quality_spread(state)
    return Opinion(
        mean=mean,
        sd=(high - low) / (2 * _EIGHTY),
        low=low,
        high=high,
        distribution=curves(ballot, state, mean),
        divisive=_divisive(ballot, state),
        votes=_votes(ballot),
        bias=unit * state.bias,
        spread=state.slope.copy(),
        noise=unit * loud,
        consistency=followed / (followed + loud**2),
        side=state.side.copy(),
        weight=state.weight() * (1.0 - state.careless),
        rater_votes=_rater_votes(ballot),
        state=state,
        converged=settled.converged,
        rounds=settled.rounds,
        noise_typical=unit * float(np.exp(state.crowd.log_noise)),
    )


def _leaning(state: State) -> float:
    """Mean bias of the raters: the steadier ones, who weigh more, need not be in the middle."""
    trust = (1.0 - state.careless) * state.counted()
    return float(trust @ state.bias / trust.sum()) if trust.sum() > 0 else 0.0


def _points_per_unit(state: State) -> float:
    """Points that a vote moves by when its place moves by one, for a typical rater and picture."""
    noise = np.full(2, np.exp(state.crowd.log_noise))
    either = state.crowd.centre + np.array([-0.5, 0.5])
    below, above = mean_points(either, noise, state.cuts)
    return float(above - below)


def _quality_spread(state: State) -> float:
    """Variance of the qualities among pictures."""
    if not len(state.quality):
        return state.crowd.quality
    return float(np.var(state.quality) + np.mean(state.quality_variance))


def _divisive(ballot: Ballot, state: State) -> Floats:
    """Share of the spread of a picture's votes that its raters' noises leave unexplained.

    From the expected squares of the votes' errors, in noise units, as if the picture were calm;
    pushes count too, as nobody can tell them from honest love or hate by the votes alone.
    """
    votes = ballot.scores
    noise = np.exp(state.log_noise)[votes.rater]
    heard = hear(*bounds(ballot, state, noise))
    unsure = (state.slope[votes.rater] / noise) ** 2 * state.quality_variance[votes.picture]
    trust = ((1.0 - state.careless) * state.counted())[votes.rater]
    squares = trust * (1.0 + heard.stretch + heard.hold * unsure)
    summed = totals(votes.picture, squares, ballot.pictures)
    counted = totals(votes.picture, trust, ballot.pictures)
    ratio = (summed + _CALM) / (counted + _CALM)
    return np.clip(1.0 - 1.0 / ratio, 0.0, 1.0)


def _votes(ballot: Ballot) -> Places:
    counts = np.bincount(ballot.scores.picture, minlength=ballot.pictures)
    for side in (ballot.pairs.left, ballot.pairs.right):
        counts = counts + np.bincount(side, minlength=ballot.pictures)
    return counts.astype(np.int32)


def _rater_votes(ballot: Ballot) -> Places:
    both = np.concatenate([ballot.scores.rater, ballot.pairs.rater])
    return np.bincount(both, minlength=ballot.raters).astype(np.int32)
