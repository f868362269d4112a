"""How much each training picture counts. Pure functions of the voted means, all of mean 1.

AWCU (Zhang et al. 2018) weighs every sample of its classification loss so that ambiguous pictures,
whose mean lies near the threshold t between bad and good, count less. Its formula was never
published. The smallest family that meets what it says of them is

    w_i = ( |mu_i - t| / delta_0 )^gamma, divided by its mean over the training pictures

gamma = 0 is plain training. As gamma grows, pictures within delta_0 of t vanish beside those
beyond it. Dropping the pictures with |mu - t| < delta, which Murray et al. (2012) and their
followers do, is the hard special case: weight 0 inside, equal weights outside. delta_0 cancels
in the division; it is kept because it says where weights pass 1 before the division.

Jin et al. (2016) weigh by inverse frequency, so that rare scores count as much as common ones.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class NoWeightError(ValueError):
    """Every picture would count nothing: the recipe's threshold and width leave no picture."""


def ambiguity_weights(means: Array, *, threshold: float, delta: float, gamma: float) -> Array:
    """AWCU's family. (n,) means -> (n,) weights of mean 1. Raises NoWeightError."""
    return _of_mean_one((np.abs(means - threshold) / delta) ** gamma)


def hard_weights(means: Array, *, threshold: float, delta: float) -> Array:
    """0 where |mean - threshold| < delta, equal elsewhere, of mean 1. Raises NoWeightError."""
    return _of_mean_one((np.abs(means - threshold) >= delta).astype(np.float64))


def inverse_frequency_weights(means: Array, *, bins: int, low: float, high: float) -> Array:
    """Jin's weights: 1 / (pictures in the same of ``bins`` equal slices of [low, high]).

    (n,) -> (n,), of mean 1: every slice that holds pictures has the same total.
    """
    slices = rating_bins(means, bins=bins, low=low, high=high)
    counts = np.bincount(slices, minlength=bins)
    return _of_mean_one(1.0 / counts[slices])


def rating_bins(means: Array, *, bins: int, low: float, high: float) -> NDArray[np.intp]:
    """Which of ``bins`` equal slices of [low, high] each mean lies in, 0..bins-1."""
    position = (means - low) / (high - low) * bins
    slices: NDArray[np.intp] = np.clip(np.floor(position), 0, bins - 1).astype(np.intp)
    return slices


def _of_mean_one(weights: Array) -> Array:
    mean = float(weights.mean())
    if not mean > 0:
        raise NoWeightError("no picture is left with a weight above 0")
    scaled: Array = weights / mean
    return scaled
