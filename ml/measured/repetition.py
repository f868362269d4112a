"""Whether a picture repeats itself, and how many ways its edges run."""

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import gaussian_filter, label, map_coordinates, maximum_filter, sobel

from ml.measured.canvas import Array

_SLOWEST = 1 / 8  # of the longest side: slower changes are no repetition
_CANDIDATES = 512
_TIE = 1e-9
_STEPS = 32
_LEAST_SIDE = 8
_FLAT = 1e-6
_DIRECTIONS = 24


def periodicity(lightness: Array) -> float:
    """Height of the strongest repeat in the autocorrelation, 0 to 1.

    After Lin, Wang & Yang (1997): peaks of the normalised autocorrelation of the picture without
    its slow changes, at shifts of up to half the frame. A peak counts by its height or by how far
    it stands above the lowest point on the way to it from the middle, whichever is less: a single
    edge, which stays like itself along its own direction, has no such valley.
    """
    if max(lightness.shape) < _LEAST_SIDE:
        return 0.0
    fine = lightness - gaussian_filter(lightness, _SLOWEST * max(lightness.shape), mode="nearest")
    if fine.std() < _FLAT:
        return 0.0
    likeness = _autocorrelation(fine - fine.mean())
    heights, places = _peaks(likeness)
    if not len(heights):
        return 0.0
    prominence = heights - _valleys(likeness, places)
    return float(np.clip(np.minimum(heights, prominence).max(), 0.0, 1.0))


def texture_entropy(lightness: Array) -> float:
    """First-order edge-orientation entropy of Redies et al. (2017) over its maximum, 0 to 1.

    Entropy of 24 directions of edges by their strength, with Sobel filters in the place of the
    Gabor filters of the paper. 0 without edges.
    """
    down, right = (sobel(lightness, axis=axis, mode="nearest") for axis in (0, 1))
    strength = np.hypot(down, right)
    if strength.max() < _FLAT:
        return 0.0
    turn = (np.arctan2(down, right) / (2 * np.pi)) % 1.0
    place = np.rint(turn * _DIRECTIONS).astype(np.int64) % _DIRECTIONS
    shares = np.bincount(place.ravel(), weights=strength.ravel(), minlength=_DIRECTIONS)
    return entropy(shares.astype(np.float64))


def entropy(amounts: Array) -> float:
    """Shannon entropy of (k,) amounts over its maximum ln k, 0 to 1; 0 for no amounts."""
    total = float(amounts.sum())
    if total <= 0:
        return 0.0
    shares = amounts[amounts > 0] / total
    nats = float(np.sum(shares * np.log(1.0 / shares)))
    return min(1.0, nats / float(np.log(len(amounts))))


def _autocorrelation(centred: Array) -> Array:
    """Mean product of overlapping pixels over the variance, by shift.

    (h, w) to (2 h' + 1, 2 w' + 1) with h' = h // 2: no shift is in the middle.
    """
    height, width = centred.shape
    size = (next_fast_len(2 * height, real=True), next_fast_len(2 * width, real=True))
    products = irfft2(np.abs(rfft2(centred, s=size)) ** 2, s=size)
    down = np.arange(-(height // 2), height // 2 + 1)
    right = np.arange(-(width // 2), width // 2 + 1)
    overlap = np.outer(height - np.abs(down), width - np.abs(right))
    likeness = products[np.ix_(down % size[0], right % size[1])] / overlap
    return np.asarray(likeness / np.mean(centred**2))


def _peaks(likeness: Array) -> tuple[Array, Array]:
    """The highest local maxima: heights (n,) and places (n, 2).

    A ridge counts once, where it comes nearest to the middle; the one through the middle is none.
    """
    top = likeness >= maximum_filter(likeness, size=3, mode="constant", cval=-np.inf) - _TIE
    marks, _ = label(top, structure=np.ones((3, 3)))
    middle = np.array([side // 2 for side in likeness.shape])
    places = np.argwhere(top)
    names = marks[top]
    order = np.argsort(np.sum((places - middle) ** 2, axis=1), kind="stable")
    _, nearest = np.unique(names[order], return_index=True)
    places, names = places[order][nearest], names[order][nearest]
    places = places[names != marks[tuple(middle)]]
    heights = likeness[tuple(places.T)]
    best = np.argsort(-heights, kind="stable")[:_CANDIDATES]
    return heights[best], places[best].astype(np.float64)


def _valleys(likeness: Array, places: Array) -> Array:
    """The lowest likeness on the straight way from the middle to each of (n, 2) places, (n,)."""
    middle = np.array([side // 2 for side in likeness.shape], dtype=np.float64)
    along = np.linspace(0.0, 1.0, _STEPS)
    way = middle + along[:, None, None] * (places - middle)  # (steps, n, 2)
    found = map_coordinates(likeness, way.reshape(-1, 2).T, order=1, mode="nearest")
    return np.asarray(found.reshape(_STEPS, -1).min(axis=0))
