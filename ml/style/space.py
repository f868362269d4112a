"""The space of styles: pictures as points whose squared distances are Gatys' style loss.

A point is a picture's Grams, weighted and stacked, so that |a - b|^2 = sum_l w_l E_l exactly; a
seeded sparse random projection (Achlioptas 2003; Li, Hastie and Church 2006) keeps distances of
large sets nearly (Johnson and Lindenstrauss 1984) and makes one matrix product of all pairs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.random_projection import SparseRandomProjection

from ml.style.features import StyleFeatures
from ml.style.gram import mean_grams
from ml.style.pictures import as_pixels, brought, read_picture

SIDE = 224
COMPONENTS = 1024
NOISE = -1  # the cluster of those that are in none
_PAIRS_MEASURED = 4000


class TooFewStylesError(ValueError):
    """There are too few pictures to tell groups of styles: bring more, or ask for less."""


Points = NDArray[np.float32]
Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Distortion:
    """How far projected distances are from exact ones, as shares: 0.05 is 5 % too long or short.

    Over ``pairs`` pairs: the mean and the 95th percentile of the absolute error, and the largest.
    """

    mean: float
    high: float
    largest: float
    pairs: int


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """``labels``: (n,) the cluster of each point, -1 of none. ``medoids``: a row for each cluster.

    ``epsilon``: of DBSCAN, the distance at the knee; None without one.
    """

    labels: Labels
    medoids: tuple[int, ...]
    epsilon: float | None = None


def style_points(
    paths: Sequence[Path],
    features: StyleFeatures,
    *,
    side: int = SIDE,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Points:
    """(n, D), one row for each picture, squeezed to a square so that M is the same for all.

    Raises OSError or UnusablePictureError for a picture that cannot be used.
    """
    rows = []
    for done, path in enumerate(paths, 1):
        square = brought(read_picture(path, side=side), side=side).resize((side, side))
        with torch.no_grad():
            grams = mean_grams(features.maps(as_pixels(square)))
        parts = [
            stacked(grams[layer][0].double().cpu().numpy(), weight)
            for layer, weight in features.layers.style.items()
        ]
        rows.append(np.concatenate(parts))
        told(done, len(paths))
    return np.stack(rows)


def stacked(gram: NDArray[np.float64], weight: float) -> Points:
    """One symmetric (N, N) matrix G / M -> its N (N + 1) / 2 numbers.

    Those off the diagonal count twice in equation 4; scaled by the root of two they stand once.
    """
    channels = len(gram)
    upper = np.triu_indices(channels)
    twice = np.where(upper[0] == upper[1], 1.0, np.sqrt(2.0))
    scaled: Points = (gram[upper] * twice * np.sqrt(weight) / (2 * channels)).astype(np.float32)
    return scaled


def projected(points: Points, *, components: int = COMPONENTS, seed: int = 0) -> Points:
    """(n, D) -> (n, components), or the same points where D is no larger."""
    if points.shape[1] <= components:
        return points
    projection = SparseRandomProjection(components, dense_output=True, random_state=seed)
    found: Points = projection.fit_transform(points).astype(np.float32)
    return found


def distances(points: Points) -> Points:
    """(n, n) Euclidean distances by one matrix product; 0 on the diagonal."""
    centred = points - points.mean(axis=0)
    squares = np.einsum("ij,ij->i", centred, centred)
    found: Points = centred @ centred.T
    found *= -2.0
    found += squares[:, None]
    found += squares[None, :]
    found = np.maximum(found, found.T)  # the two sums were rounded in another order
    np.maximum(found, 0.0, out=found)
    np.sqrt(found, out=found)
    np.fill_diagonal(found, 0.0)
    return found


def distortion(exact: Points, near: Points, *, seed: int = 0) -> Distortion:
    """Of ``near`` (n, k) against ``exact`` (n, D), over pairs drawn by ``seed``."""
    random = np.random.default_rng(seed)
    first = random.integers(0, len(exact), size=_PAIRS_MEASURED)
    second = random.integers(0, len(exact), size=_PAIRS_MEASURED)
    apart = first != second
    first, second = first[apart], second[apart]
    long = np.linalg.norm(exact[first] - exact[second], axis=1)
    short = np.linalg.norm(near[first] - near[second], axis=1)
    real = long > 0
    error = np.abs(short[real] / long[real] - 1.0)
    if not len(error):
        return Distortion(0.0, 0.0, 0.0, 0)
    return Distortion(
        float(error.mean()), float(np.quantile(error, 0.95)), float(error.max()), len(error)
    )


def knee(apart: Points, *, neighbours: int) -> float:
    """Epsilon: the distance to the k-th neighbour, sorted, where it bends most.

    That is the point farthest below the chord from the first to the last (Satopaa et al. 2011).
    ``apart``: (n, n). Raises TooFewStylesError.
    """
    if len(apart) <= neighbours:
        raise TooFewStylesError(f"{len(apart)} pictures have no {neighbours} neighbours each")
    reach = np.sort(np.partition(apart, neighbours, axis=1)[:, neighbours])
    if reach[-1] <= reach[0]:
        return float(reach[-1])
    along = np.linspace(0.0, 1.0, len(reach))
    height = (reach - reach[0]) / (reach[-1] - reach[0])
    return float(reach[int(np.argmax(along - height))])


def by_density(apart: Points, *, neighbours: int = 4, epsilon: float | None = None) -> Clusters:
    """DBSCAN (Ester et al. 1996); epsilon at the knee where none is given.

    Raises TooFewStylesError.
    """
    reach = knee(apart, neighbours=neighbours) if epsilon is None else epsilon
    if reach <= 0:
        reach = float(np.finfo(np.float32).tiny)  # copies of one picture: scikit-learn wants more
    model = DBSCAN(eps=reach, min_samples=neighbours + 1, metric="precomputed")
    labels = model.fit_predict(apart)
    return Clusters(labels, medoids(apart, labels), reach)


def by_hierarchy(apart: Points, *, least: int = 5) -> Clusters:
    """HDBSCAN (Campello et al. 2013), without an epsilon; clusters of ``least`` or more.

    Raises TooFewStylesError.
    """
    if len(apart) < least:
        raise TooFewStylesError(f"{len(apart)} pictures make no cluster of {least}")
    model = HDBSCAN(min_cluster_size=least, metric="precomputed", copy=True)
    labels = model.fit_predict(apart)
    return Clusters(labels, medoids(apart, labels))


def medoids(apart: Points, labels: Labels) -> tuple[int, ...]:
    """For each cluster the row of its point with the least sum of distances to the others."""
    found = []
    for label in range(int(labels.max(initial=NOISE)) + 1):
        rows = np.flatnonzero(labels == label)
        sums = apart[np.ix_(rows, rows)].sum(axis=1, dtype=np.float64)
        found.append(int(rows[int(np.argmin(sums))]))
    return tuple(found)


def nearest(points: Points, row: int, *, count: int) -> list[tuple[int, float]]:
    """Rows in the style of ``row``, itself left out, nearest first, with their distances."""
    away = np.linalg.norm(points - points[row], axis=1)
    order = [int(other) for other in np.argsort(away, kind="stable") if other != row]
    return [(other, float(away[other])) for other in order[:count]]
