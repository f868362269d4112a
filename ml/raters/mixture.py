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

from ml.raters.state import State
from ml.raters.votes import Ballot, Floats, Places, totals

_WAYS = 3.0  # left, right, neither
_MOST_PUSHED = 0.3  # pushes are a minority, else the picture is simply liked or disliked


@dataclass(frozen=True, slots=True)
class _Beta:
    """A share is expected to be ``mean``, as if ``worth`` votes had said so."""

    mean: float
    worth: float

    def share(self, owner: Places, blamed: Floats, counted: Floats, owners: int) -> Floats:
        """(owners,) from how far each of their votes is blamed and counts, (n,) both."""
        votes = totals(owner, counted, owners)
        total = totals(owner, counted * blamed, owners)
        return np.asarray((self.mean * self.worth + total) / (self.worth + votes))

    def among_others(self, owner: Places, blamed: Floats, counted: Floats, owners: int) -> Floats:
        """(n,) what the share would be without each vote."""
        votes = self.worth + totals(owner, counted, owners)[owner]
        total = self.mean * self.worth + totals(owner, counted * blamed, owners)[owner]
        return np.asarray((total - counted * blamed) / (votes - counted))


_CARELESS = _Beta(0.03, 8.0)
_PUSHED = _Beta(0.003, 20.0)


def begun(state: State) -> State:
    """Nobody suspected yet."""
    return replace(
        state,
        careless=np.full_like(state.careless, _CARELESS.mean),
        pushed=np.full_like(state.pushed, _PUSHED.mean),
    )


def believed(
    ballot: Ballot, state: State, scores: Floats, pairs: Floats
) -> tuple[Floats, Floats, State]:
    """How far each score and each pair is its rater's opinion, and the state that follows.

    ``scores``, ``pairs``: chances of the votes under the raters' habits alone.
    """
    raters, picture = _raters(ballot), ballot.scores.picture
    counts = state.counted()[ballot.scores.rater]
    every = np.ones(len(raters))
    blind, pushes = _blamed(
        ballot, scores, pairs, careless=state.careless[raters], pushed=state.pushed[picture]
    )
    shares = [
        _PUSHED.among_others(picture, pushes[:, end], counts, ballot.pictures) for end in (0, 1)
    ]
    blind, pushes = _blamed(
        ballot,
        scores,
        pairs,
        careless=_CARELESS.among_others(raters, blind, every, ballot.raters),
        pushed=np.stack(shares, axis=1),
    )
    careless = _CARELESS.share(raters, blind, every, ballot.raters)
    shares = [_PUSHED.share(picture, pushes[:, end], counts, ballot.pictures) for end in (0, 1)]
    told = 1.0 - blind
    told[: len(scores)] -= pushes.sum(axis=1)
    meant, meant_pairs = np.split(told, [len(scores)])
    pushed = np.stack(shares, axis=1)
    return meant, meant_pairs, replace(state, careless=careless, pushed=pushed)


def _raters(ballot: Ballot) -> Places:
    return np.concatenate([ballot.scores.rater, ballot.pairs.rater])


def _blamed(
    ballot: Ballot, scores: Floats, pairs: Floats, *, careless: Floats, pushed: Floats
) -> tuple[Floats, Floats]:
    """Chances that votes (scores, then pairs) are blind, and that scores (n, 2) are pushes."""
    level, levels = ballot.scores.level, ballot.levels
    ends: NDArray[np.bool_] = np.stack([level == 0, level == levels - 1], axis=1)
    pushed = np.minimum(pushed, _MOST_PUSHED)
    pushes = pushed * ends
    meant = np.concatenate([(1.0 - pushed.sum(axis=1)) * scores + pushes.sum(axis=1), pairs])
    ways = np.concatenate([np.full(len(scores), levels), np.full(len(pairs), _WAYS)])
    total = (1.0 - careless) * meant + careless / ways
    share = (1.0 - careless[: len(scores)]) / total[: len(scores)]
    return careless / ways / total, share[:, None] * pushes
