"""How near a crop comes to a known one, and how well scores of crops agree with people's.

IoU, boundary displacement, SRCC and PCC as in the literature on cropping; AccK/N and its weighted
form as Zeng et al. (2019, 2020) define them for GAICD.
"""

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.metrics import plcc, srcc

Array = NDArray[np.float64]

_FLAT = 1e-12


def overlap(a: Array, b: Array) -> Array:
    """Intersection over union of boxes (..., 4), edges left, top, right, bottom, in any unit."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    starts = np.maximum(a[..., :2], b[..., :2])
    ends = np.minimum(a[..., 2:], b[..., 2:])
    shared = np.prod(np.maximum(ends - starts, 0.0), axis=-1)
    either = area(a) + area(b) - shared
    return np.asarray(shared / np.maximum(either, _FLAT))


def area(boxes: Array) -> Array:
    """(..., 4) -> (...)."""
    return np.asarray(np.prod(boxes[..., 2:] - boxes[..., :2], axis=-1))


def displacement(a: Array, b: Array) -> Array:
    """Boundary displacement error: the mean distance of the four edges of boxes (..., 4).

    In shares: the left and right edges count against the width, the others against the height.
    """
    return np.asarray(np.abs(np.asarray(a) - np.asarray(b)).mean(axis=-1))


def rank_agreement(scores: Array, opinions: Array) -> tuple[float, float]:
    """SRCC and PCC of the crops of one picture, (n,) each; 0 where either side is flat."""
    return srcc(scores, opinions), plcc(scores, opinions)


def among_best(scores: Array, opinions: Array, *, k: int, n: int) -> float:
    """AccK/N of one picture: the share of the k highest scored crops among people's n best.

    A crop that is liked as well as the n-th best is among them, as in the publishers' code.
    """
    least = np.sort(opinions)[-min(n, len(opinions))]
    return float(np.mean(opinions[_highest(scores, k)] >= least))


def weighted_among_best(scores: Array, opinions: Array, *, k: int, n: int) -> float:
    """AccwK/N of one picture: a hit counts less, the further its rank is from the ideal one.

    w = exp(-(r - j) / N) for the j-th of the hits in the order of their ranks r, as in equation 9
    of Zeng et al. (2020): ranks are people's, from 0, so that a perfect list weighs 1.
    """
    ranks = np.sort(_places(scores, opinions, k))
    beyond = ranks - np.arange(len(ranks))
    return float(np.mean(np.where(ranks < n, np.exp(-beyond / n), 0.0)))


def regret(scores: Array, opinions: Array) -> float:
    """How much better than the highest scored crop people's best one is, in their unit."""
    return float(opinions.max() - opinions[int(np.argmax(scores))])


def _places(scores: Array, opinions: Array, k: int) -> NDArray[np.intp]:
    """Where people's ranking has the k highest scored crops, best first, from 0."""
    order = np.argsort(-opinions, kind="stable")
    rank_of = np.empty(len(order), dtype=np.intp)
    rank_of[order] = np.arange(len(order))
    return np.asarray(rank_of[_highest(scores, k)])


def _highest(scores: Array, k: int) -> NDArray[np.intp]:
    """The places of the k highest scores, best first."""
    return np.argsort(-scores, kind="stable")[:k]
