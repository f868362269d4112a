"""Which votes to believe: a vote may be careless, or a push of its picture to an end of the scale.

P(step) = careless / levels + (1 - careless) ((1 - low - high) P_model(step)
          + low [step is the lowest] + high [step is the highest])

``careless`` belongs to the rater, ``low`` and ``high`` to the picture. All are small unless the
votes say otherwise (Beta priors). A careless rater answers a pair in each of three ways as often.
One step of expectation and maximisation (Dempster, Laird & Rubin 1977) a call; each vote is
judged by the shares among the others alone, so that a lone odd vote stays a vote.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.raters.scale import shares
from ml.raters.state import State
from ml.raters.votes import Ballot, Floats, Places, totals

_WAYS = 3.0  # left, right, neither
_MOST_PUSHED = 0.3
_USUAL, _SURE = 0.3, 0.6  # share of all raters at an end: from here pushes are less, there none
_TURNS = 4  # of expectation and maximisation for pushes, as they are slow


@dataclass(frozen=True, slots=True)
class _Beta:
    """A share is expected to be ``mean``, as if ``worth`` votes had said so."""

    mean: float
    worth: float

    def share(self, owner: Places, blamed: Floats, counted: Floats) -> Floats:
        """(owners,) from blame of their votes (n,) and how many votes count, (owners,)."""
        total = self.mean * self.worth + totals(owner, blamed, len(counted))
        return np.asarray(total / (self.worth + counted))


_CARELESS = _Beta(0.03, 8.0)
_PUSHED = _Beta(0.003, 20.0)


def begun(state: State) -> State:
    """Whoever is not doubted yet is given the share that is usual."""
    return replace(
        state,
        careless=np.where(state.careless > 0, state.careless, _CARELESS.mean),
        pushed=np.where(state.pushed > 0, state.pushed, _PUSHED.mean),
    )


def believed(
    ballot: Ballot, state: State, scores: Floats, pairs: Floats
) -> tuple[Floats, Floats, State]:
    """How far each score and each pair is its rater's opinion, and the state that follows.

    ``scores``, ``pairs``: chances of the votes under the raters' habits alone.
    """
    votes = ballot.scores
    raters = np.concatenate([votes.rater, ballot.pairs.rater])
    careless = state.careless[raters]
    meant = (1.0 - careless) * np.concatenate([scores, pairs])
    meant[: len(scores)] *= 1.0 - state.pushed.sum(axis=1)[votes.picture]
    ways = np.repeat([float(ballot.levels), _WAYS], [len(scores), len(pairs)])
    chance = meant + careless / ways
    ends = np.flatnonzero((votes.level == 0) | (votes.level == ballot.levels - 1))
    pushes, pushed = _pushes(ballot, state, ends, chance[ends] / (1.0 - careless[ends]))
    chance[ends] += pushes * (1.0 - careless[ends])
    told = meant / chance
    answered = np.bincount(raters, minlength=ballot.raters).astype(np.float64)
    blind = _CARELESS.share(raters, careless / ways / chance, answered)
    state = replace(state, careless=blind, pushed=pushed)
    return told[: len(scores)], told[len(scores) :], state


def _pushes(
    ballot: Ballot, state: State, ends: NDArray[np.intp], other: Floats
) -> tuple[Floats, Floats]:
    """Chance of a push for each of the scores ``ends``, and the shares of pushes that follow.

    ``other``: the scores' chances as anything else.
    """
    votes = ballot.scores
    place = 2 * votes.picture[ends] + (votes.level[ends] > 0)  # in pushed, laid out flat
    counts = state.counted()[votes.rater]
    counted = np.repeat(totals(votes.picture, counts, ballot.pictures), 2)
    counts, most = counts[ends], _most(state).ravel()[place]
    share = np.minimum(state.pushed.ravel()[place], most)
    for _ in range(_TURNS):
        blamed = counts * share / (share + other)
        total = _PUSHED.mean * _PUSHED.worth + totals(place, blamed, len(counted))[place]
        # What the others say: the share without the vote itself.
        share = (total - blamed) / (_PUSHED.worth + counted[place] - counts)
        share = np.minimum(share, most)
    blamed = counts * share / (share + other)
    return share, _PUSHED.share(place, blamed, counted).reshape(-1, 2)


def _most(state: State) -> Floats:
    """(pictures, 2) the largest share of pushes to either end.

    Pushes are a minority, else the picture is simply liked or disliked. Where people choose the
    end anyway nobody can tell a push, and there is little to push.
    """
    usual = shares(state.quality, state.panel_noise(), state.cuts)[:, [0, -1]]
    return _MOST_PUSHED * np.clip((_SURE - usual) / (_SURE - _USUAL), 0.0, 1.0)


def chances_of_pushes(ballot: Ballot, state: State, chance: Floats) -> Floats:
    """(scores,) chance that each is a push. ``chance``: of the votes under the raters' habits."""
    votes = ballot.scores
    ends = np.flatnonzero((votes.level == 0) | (votes.level == ballot.levels - 1))
    careless = state.careless[votes.rater[ends]]
    meant = (1.0 - state.pushed.sum(axis=1)[votes.picture[ends]]) * chance[ends]
    other = meant + careless / ballot.levels / (1.0 - careless)
    share, _ = _pushes(ballot, state, ends, other)
    chances = np.zeros(len(votes.level))
    chances[ends] = share / (share + other)
    return chances
