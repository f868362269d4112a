"""How the votes on a picture spread: what its raters said, steadied by what the model expects."""

import numpy as np

from ml.raters.evidence import bounds
from ml.raters.likelihood import hear
from ml.raters.mixture import chances_of_pushes
from ml.raters.scale import on_ten, shares
from ml.raters.state import State
from ml.raters.votes import Ballot, Floats

_STEADY = 10.0  # votes that the curve of a typical picture is worth
_POINTS = np.arange(1.0, 11.0)
_TILTS = 40
_STEEPEST = 30.0


def curves(ballot: Ballot, state: State, mean: Floats) -> Floats:
    """(pictures, 10) expected shares of 1 to 10, whose averages are ``mean``, in points.

    Believed votes are counted beside the model's own curve, which has one hump: with votes enough a
    divisive picture keeps its two. Raters who run harsh or lenient move a count; the tilt that
    changes the curve least (Csiszar 1975, minimum discrimination) puts its average right again.
    """
    expected = shares(state.quality, state.panel_noise(), state.cuts) @ on_ten(ballot.levels)
    counts = _believed(ballot, state) @ on_ten(ballot.levels)
    votes = counts.sum(axis=1, keepdims=True)
    return _tilted((counts + _STEADY * expected) / (votes + _STEADY), mean)


def _believed(ballot: Ballot, state: State) -> Floats:
    """(pictures, levels) scores, each as far as it is taken for an opinion."""
    votes = ballot.scores
    noise = np.exp(state.log_noise)[votes.rater]
    push = chances_of_pushes(ballot, state, hear(*bounds(ballot, state, noise)).chance)
    trust = ((1.0 - state.careless) * state.counted())[votes.rater] * (1.0 - push)
    cells = votes.picture.astype(np.int64) * ballot.levels + votes.level
    counts = np.bincount(cells, trust, minlength=ballot.pictures * ballot.levels)
    return np.asarray(counts, np.float64).reshape(ballot.pictures, ballot.levels)


def _tilted(curve: Floats, mean: Floats) -> Floats:
    """(n, 10) the curves times exp(tilt x points), so that their averages are ``mean``, (n,)."""
    tilt = np.zeros(len(curve))
    for _ in range(_TILTS):
        steep = curve * np.exp(tilt[:, None] * (_POINTS - mean[:, None]))
        steep /= steep.sum(axis=1, keepdims=True)
        off = mean - steep @ _POINTS
        spread = steep @ np.square(_POINTS) - np.square(steep @ _POINTS)
        step = np.clip(off / np.maximum(spread, 0.05), -1.0, 1.0)
        tilt = np.clip(tilt + step, -_STEEPEST, _STEEPEST)
    return np.asarray(steep) if len(curve) else curve
