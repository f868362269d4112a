"""All votes seen from where the fit stands, as rows of the normal equations."""

from dataclasses import dataclass, replace

import numpy as np

from ml.raters import mixture
from ml.raters.likelihood import Heard, hear
from ml.raters.scale import fenced
from ml.raters.state import State
from ml.raters.votes import BOTH_BAD, LEFT, RIGHT, TIE, Ballot, Floats, Places

_ROOT2 = np.sqrt(2.0)
_FAR = 50.0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """(n, 3) unknowns and how the answer's place moves with them in noise units; (n,) the rest.

    ``believed``: how far the vote counts. ``heard``: its derivatives.
    """

    places: Places
    entries: Floats
    believed: Floats
    heard: Heard

    @property
    def weight(self) -> Floats:
        return self.believed * self.heard.hold

    @property
    def residual(self) -> Floats:
        """What the scaled row should have been."""
        return self.heard.pull * np.sqrt(self.believed / self.heard.hold)

    def doubted(self) -> "Rows":
        """Rows whose weight leaves out what is unknown of which votes are meant."""
        lost = (1.0 - self.believed) * self.heard.pull**2 / self.heard.hold
        return replace(self, believed=self.believed * np.maximum(1.0 - lost, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Rows of score votes, of pairs, and of what "both bad" says of each picture on its own.

    ``unsure``, ``unsure_pair``: variance of the answers' places, in squared noise units.
    ``apart``: (pairs,) difference of a pair in noise units, its side taken away.
    """

    scores: Rows
    pairs: Rows
    bars: Rows
    noise: Floats
    unsure: Floats
    apart: Floats
    unsure_pair: Floats

    def told(self) -> "Evidence":
        """The same rows with what they tell when it is unknown which votes are meant.

        Louis 1982: information is lost by believed (1 - believed) pull^2.
        """
        return replace(self, scores=self.scores.doubted(), pairs=self.pairs.doubted())


def gather(ballot: Ballot, state: State, *, trusting: bool) -> tuple[Evidence, State]:
    """The evidence, and the state with shares of careless votes and pushes brought up to date.

    ``trusting``: every vote is believed.
    """
    scores, noise, unsure = _scores(ballot, state)
    pairs, apart, unsure_pair = _pairs(ballot, state)
    if not trusting:
        told, told_pairs, state = mixture.believed(
            ballot, state, scores.heard.chance, pairs.heard.chance
        )
        scores = replace(scores, believed=told)
        pairs = replace(pairs, believed=pairs.believed * told_pairs)
    bars = _bars(ballot, state, pairs.believed)
    return Evidence(scores, pairs, bars, noise, unsure, apart, unsure_pair), state


def vote_noise(ballot: Ballot, state: State) -> Floats:
    """(score votes,) their standard deviation around the rater's habit."""
    votes = ballot.scores
    return np.exp(state.log_noise)[votes.rater] * np.exp(state.unrest)[votes.picture]


def perceived(state: State, rater: Places, picture: Places) -> Floats:
    """(n,) where raters see pictures: centre + bias + slope (quality - centre)."""
    centre = state.crowd.centre
    away = state.quality[picture] - centre
    return centre + state.bias[rater] + state.slope[rater] * away


def bounds(ballot: Ballot, state: State, noise: Floats) -> tuple[Floats, Floats]:
    """(score votes,) the ends of the intervals that were answered, in ``noise`` units."""
    votes, fence = ballot.scores, fenced(state.cuts)
    place = perceived(state, votes.rater, votes.picture)
    return (fence[votes.level] - place) / noise, (fence[1:][votes.level] - place) / noise


def _scores(ballot: Ballot, state: State) -> tuple[Rows, Floats, Floats]:
    votes, noise = ballot.scores, vote_noise(ballot, state)
    heard = hear(*bounds(ballot, state, noise))
    away = state.quality[votes.picture] - state.crowd.centre
    slope = state.slope[votes.rater]
    unsure = (
        slope**2 * state.quality_variance[votes.picture]
        + state.bias_variance[votes.rater]
        + away**2 * state.slope_variance[votes.rater]
    ) / noise**2
    entries = np.stack([slope, np.ones_like(slope), away], axis=1) / noise[:, None]
    places = _own(votes.picture, votes.rater, ballot)
    return Rows(places, entries, np.ones_like(noise), heard), noise, unsure


def _pairs(ballot: Ballot, state: State) -> tuple[Rows, Floats, Floats]:
    votes = ballot.pairs
    slope, noise = state.slope[votes.rater], np.exp(state.log_noise)[votes.rater]
    unit = slope / (_ROOT2 * np.exp(state.crowd.log_pair) * noise)
    apart = unit * (state.quality[votes.left] - state.quality[votes.right])
    place = apart + state.side[votes.rater]
    tie = state.crowd.tie
    low = np.where(votes.outcome == LEFT, tie, np.where(votes.outcome == RIGHT, -_FAR, -tie))
    high = np.where(votes.outcome == LEFT, _FAR, np.where(votes.outcome == RIGHT, -tie, tie))
    heard = hear(low - place, high - place)
    side = ballot.pictures + 2 * ballot.raters + votes.rater
    places = np.stack([votes.left, votes.right, side], axis=1).astype(np.int32)
    entries = np.stack([unit, -unit, np.ones_like(unit)], axis=1)
    unsure = unit**2 * (state.quality_variance[votes.left] + state.quality_variance[votes.right])
    return Rows(places, entries, votes.weight, heard), apart, unsure


def _bars(ballot: Ballot, state: State, believed: Floats) -> Rows:
    """Both pictures of a pair lie below the bar ("both bad"), or not both (a plain tie).

    One row for each picture, the left ones first. With F the chance that a picture lies below the
    bar: log F_l + log F_r for "both bad", log (1 - F_l F_r) for a tie. Without any "both bad"
    the answer may not have been offered, and ties say nothing of the bar.
    """
    votes = ballot.pairs
    tied = (votes.outcome == TIE) | (votes.outcome == BOTH_BAD)
    kept = np.flatnonzero(tied & np.any(votes.outcome == BOTH_BAD))
    rater = np.concatenate([votes.rater[kept]] * 2)
    picture = np.concatenate([votes.left[kept], votes.right[kept]])
    bad = np.concatenate([votes.outcome[kept] == BOTH_BAD] * 2)
    noise = np.exp(state.log_noise)[rater]
    below = (state.crowd.bar - perceived(state, rater, picture)) / noise
    heard = hear(np.full_like(below, -_FAR), below)
    heard = _unless_both(heard, below, bad)
    slope, away = state.slope[rater], state.quality[picture] - state.crowd.centre
    entries = np.stack([slope, np.ones_like(slope), away], axis=1) / noise[:, None]
    shares = np.concatenate([believed[kept]] * 2)
    return Rows(_own(picture, rater, ballot), entries, shares, heard)


def _unless_both(heard: Heard, below: Floats, bad: np.ndarray) -> Heard:
    """The derivatives for ties: not both of them are below."""
    half = len(below) // 2
    other = np.concatenate([heard.chance[half:], heard.chance[:half]])
    both = np.minimum(heard.chance * other, 1.0 - 1e-9)
    # heard.pull is -phi / F, so that -pull * F F' / (1 - F F') is the derivative of the tie.
    pull = np.where(bad, heard.pull, -heard.pull * both / (1.0 - both))
    hold = np.where(bad, heard.hold, np.clip(pull * (pull - below), 1e-3, 1.0))
    return Heard(heard.chance, pull, hold, heard.stretch, heard.at_low, heard.at_high)


def _own(picture: Places, rater: Places, ballot: Ballot) -> Places:
    bias = ballot.pictures + rater
    return np.stack([picture, bias, bias + ballot.raters], axis=1).astype(np.int32)
