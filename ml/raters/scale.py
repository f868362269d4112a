"""From the latent scale to steps and points: cuts, shares of steps, and the way back."""

import numpy as np
from scipy.special import ndtr

from ml.contracts.votes import BINS, share_of_vote
from ml.raters.votes import Floats

_FAR = 60.0  # standard deviations; beyond every vote
_GRID = np.linspace(-4.0, 15.0, 381)  # points; qualities are looked up along it


def points(levels: int) -> Floats:
    """(levels,) what the steps stand for, 1 to 10."""
    return 1.0 + 9.0 * np.arange(levels) / (levels - 1)


def even_cuts(levels: int) -> Floats:
    """(levels - 1,) half way between the steps."""
    steps = points(levels)
    return (steps[1:] + steps[:-1]) / 2


def fenced(cuts: Floats) -> Floats:
    """(levels + 1,) the cuts with an end on either side that no vote passes."""
    return np.concatenate([[-_FAR * 10], cuts, [_FAR * 10]])


def shares(quality: Floats, noise: Floats, cuts: Floats) -> Floats:
    """(n, levels) chances of the steps for votes around ``quality``; noise > 0, (n,) both."""
    below = ndtr((cuts - quality[:, None]) / noise[:, None])
    ends = np.zeros((len(quality), 1)), np.ones((len(quality), 1))
    return np.diff(np.hstack([ends[0], below, ends[1]]), axis=1)


def mean_points(quality: Floats, noise: Floats, cuts: Floats) -> Floats:
    """(n,) points that such votes have on average."""
    return shares(quality, noise, cuts) @ points(len(cuts) + 1)


def quality_of(mean: Floats, noise: float, cuts: Floats) -> tuple[Floats, Floats]:
    """Where votes average ``mean`` points, (n,), and the points per latent unit there."""
    known = mean_points(_GRID, np.full(len(_GRID), noise), cuts)
    slopes = np.gradient(known, _GRID)
    rising = known + 1e-9 * np.arange(len(known))
    quality = np.interp(mean, rising, _GRID)
    return quality, np.maximum(np.interp(quality, _GRID, slopes), 0.2)


def on_ten(levels: int) -> Floats:
    """(levels, 10) the shares of the ten bins for each step, as in ml/contracts/votes."""
    rows = [share_of_vote(step + 1, steps=levels) for step in range(levels)]
    return np.array(rows).reshape(levels, BINS)
