"""What holds for the whole crowd, brought up to date: variances, cuts, ties, the bar."""

from dataclasses import replace

import numpy as np

from ml.raters.evidence import Evidence, bounds, vote_noise
from ml.raters.likelihood import hear
from ml.raters.scale import even_cuts
from ml.raters.state import DEFAULTS, Crowd, State
from ml.raters.votes import LEFT, RIGHT, Ballot, Floats, totals

_WORTH = 4.0  # raters or pictures that a default variance is worth
_CUT_WORTH = 3.0  # votes that an even cut is worth, at noise 1
# Most that raters differ: those who only use the ends of the scale would have no limit.
_BIAS, _SLOPE = 4.0, 0.2
_MOST = 0.5  # largest step on a log scale


def variance(moves: Floats, known: Floats, default: float) -> float:
    """Of a normal crowd from estimates ``moves`` around its middle with variances ``known``.

    MacKay 1992's fixed point: the sum of squares over the number of moves that the votes decide.
    ``known``: as shares of the crowd's variance, 1 where nothing is known.
    """
    decided = np.sum(1.0 - np.clip(known, 0.0, 1.0))
    squares = float(moves @ moves)
    return float((squares + _WORTH * default) / (decided + _WORTH))


def with_variances(state: State, side_variance: Floats, moves: Floats, prior: Floats) -> Crowd:
    """The crowd with variances that fit.

    ``moves`` (pictures,): of the qualities from their line; ``prior`` (pictures,): variance of
    the prior, not a number where there is none; ``side_variance`` (raters,).
    """
    crowd = state.crowd
    plain = np.isnan(prior)
    known = state.quality_variance
    told = np.where(plain, 1.0, prior)
    trust = variance(
        (moves / np.sqrt(told))[~plain], known[~plain] / (told[~plain] * crowd.trust), 1.0
    )
    return replace(
        crowd,
        quality=max(variance(moves[plain], known[plain] / crowd.quality, DEFAULTS.quality), 0.02),
        trust=min(max(trust, 0.1), 10.0),
        bias=min(variance(state.bias, state.bias_variance / crowd.bias, DEFAULTS.bias), _BIAS),
        slope=min(
            variance(state.slope - 1.0, state.slope_variance / crowd.slope, DEFAULTS.slope), _SLOPE
        ),
        side=variance(state.side, side_variance / crowd.side, DEFAULTS.side),
    )


def with_cuts(ballot: Ballot, state: State, believed: Floats) -> State:
    """One scoring step for the inner cuts; the outer two stay, they fix place and unit.

    The noise is widened by what is unknown of the vote's place, so that the steps are as frequent
    as they are among votes that did not teach the fit.
    """
    cuts, even = state.cuts, even_cuts(ballot.levels)
    if len(cuts) < 3 or not len(believed):
        return state
    noise = vote_noise(ballot, state)
    slope = state.slope[ballot.scores.rater]
    noise = np.hypot(noise, slope * np.sqrt(state.quality_variance)[ballot.scores.picture])
    heard = hear(*bounds(ballot, state, noise))
    level, count = ballot.scores.level.astype(np.int32), ballot.levels
    low = totals(level, believed * heard.at_low / noise, count)
    high = totals(level, believed * heard.at_high / noise, count)
    cross = believed * heard.at_low * heard.at_high / noise**2
    between = totals(level, cross, count)
    ups = totals(level, believed * (heard.at_high / noise) ** 2, count)
    downs = totals(level, believed * (heard.at_low / noise) ** 2, count)
    slopes = high[:-1] - low[1:] - _CUT_WORTH * (cuts - even)
    bend = np.diag(ups[:-1] + downs[1:] + _CUT_WORTH)
    bend -= np.diag(between[1:-1], 1) + np.diag(between[1:-1], -1)
    step = np.linalg.solve(bend[1:-1, 1:-1], slopes[1:-1])
    return replace(state, cuts=_ordered(cuts, np.concatenate([[0.0], step, [0.0]])))


def _ordered(cuts: Floats, step: Floats) -> Floats:
    """As much of the step as leaves every gap half of what it was."""
    gaps, shrink = np.diff(cuts), -np.diff(step)
    share = np.min(np.where(shrink > 0, 0.5 * gaps / np.maximum(shrink, 1e-12), 1.0))
    return np.asarray(cuts + min(float(share), 1.0) * step)


def with_pairs(ballot: Ballot, state: State, evidence: Evidence) -> Crowd:
    """The width of ties, a pair's noise beside that of two scores, and the bar of "both bad"."""
    crowd = state.crowd
    if not len(ballot.pairs.rater):
        return crowd
    tie = crowd.tie * np.exp(_tie_step(ballot, crowd, evidence))
    log_pair = crowd.log_pair
    if len(ballot.scores.rater):  # without scores the pairs' noise is the only one
        log_pair = crowd.log_pair + _pair_step(crowd, evidence)
    bar = crowd.bar + _bar_step(crowd, evidence)
    return replace(crowd, tie=float(max(tie, 1e-4)), log_pair=float(log_pair), bar=float(bar))


def _tie_step(ballot: Ballot, crowd: Crowd, evidence: Evidence) -> float:
    heard, believed = evidence.pairs.heard, evidence.pairs.believed
    outcome = ballot.pairs.outcome
    wins = -heard.at_low * (outcome == LEFT) - heard.at_high * (outcome == RIGHT)
    ties = heard.at_low + heard.at_high
    slope = crowd.tie * np.where((outcome == LEFT) | (outcome == RIGHT), wins, ties)
    pull = believed @ slope - np.log(crowd.tie / DEFAULTS.tie)
    return float(np.clip(pull / (believed @ slope**2 + 1.0), -_MOST, _MOST))


def _pair_step(crowd: Crowd, evidence: Evidence) -> float:
    rows, apart = evidence.pairs, evidence.apart
    slope = -apart * rows.heard.pull + rows.heard.hold * evidence.unsure_pair
    bend = rows.heard.hold * (apart**2 + evidence.unsure_pair)
    pull = rows.believed @ slope - 4.0 * crowd.log_pair
    return float(np.clip(pull / (rows.believed @ bend + 4.0), -_MOST, _MOST))


def _bar_step(crowd: Crowd, evidence: Evidence) -> float:
    rows = evidence.bars
    unit = rows.entries[:, 1]  # one over the noise
    pull = -(rows.believed * rows.heard.pull) @ unit - (crowd.bar - DEFAULTS.bar)
    return float(np.clip(pull / (rows.weight @ unit**2 + 1.0), -1.0, 1.0))
