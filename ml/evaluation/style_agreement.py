"""How far clusters of styles are painters: agreement with intervals, beside shuffled painters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.contracts.config import Estimate
from ml.evaluation.bootstrap import estimate, mean_of
from ml.evaluation.metrics import Array
from ml.style.space import NOISE, Labels, Points, by_density, by_hierarchy, distances

SHUFFLES = 200
_SEED = 7
_LEAST_LOG = 1e-300

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A clustering beside the painters. ``alone``: how many pictures are in no cluster.

    They count as one cluster more. ``rand``: adjusted Rand index; ``measure``: V-measure;
    ``*_by_chance``: of shuffled painters, with the range of 95 % of the shuffles.
    """

    way: str
    clusters: int
    alone: int
    rand: Estimate
    rand_by_chance: Estimate
    measure: Estimate
    measure_by_chance: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class SpaceFigures:
    """What one space says of the painters.

    ``neighbour``: share of the pictures whose nearest other is by the same painter.
    ``reach``: sorted distances to the k-th neighbour, ``epsilon`` where they bend.
    """

    space: str
    agreements: tuple[Agreement, ...]
    neighbour: Estimate
    neighbour_by_chance: Estimate
    reach: Array
    epsilon: float


def painter_of(path: Path) -> str:
    """What a file's name begins with, up to the first underscore."""
    return path.stem.partition("_")[0]


def space_figures(
    space: str, points: Points, painters: Sequence[str], *, neighbours: int, least: int
) -> SpaceFigures:
    """Cluster (n, D) points both ways and hold them against their painters."""
    apart = distances(points)
    truth = np.unique(list(painters), return_inverse=True)[1]
    dense, nested = by_density(apart, neighbours=neighbours), by_hierarchy(apart, least=least)
    agreements = (
        _agreement("DBSCAN", dense.labels, truth),
        _agreement("HDBSCAN", nested.labels, truth),
    )
    others = apart + np.diag(np.full(len(apart), np.inf, dtype=apart.dtype))
    closest = others.argmin(axis=1)
    assert dense.epsilon is not None
    return SpaceFigures(
        space=space,
        agreements=agreements,
        neighbour=estimate(mean_of((truth[closest] == truth).astype(float)), count=len(truth)),
        neighbour_by_chance=_by_chance(
            truth, lambda shuffled: float((shuffled[closest] == shuffled).mean())
        ),
        reach=np.sort(np.partition(apart, neighbours, axis=1)[:, neighbours]).astype(float),
        epsilon=dense.epsilon,
    )


def adjusted_rand(weights: Array, truth: Indices, found: Labels) -> Array:
    """(r, n) weights -> (r,) the adjusted Rand index (Hubert and Arabie 1985) of each resample.

    A picture that was drawn twice makes no pair with itself.
    """
    cells, rows, columns = _tables(weights, truth, found)
    itself = np.square(weights).sum(axis=1)

    def pairs(sums: Array) -> Array:
        found: Array = (np.square(sums).sum(axis=1) - itself) / 2
        return found

    both, by_truth, by_found = pairs(cells), pairs(rows), pairs(columns)
    total = (np.square(weights.sum(axis=1)) - itself) / 2
    expected = by_truth * by_found / total
    span = (by_truth + by_found) / 2 - expected
    return np.where(np.abs(span) > 0, (both - expected) / np.where(span == 0, 1.0, span), 1.0)


def v_measure(weights: Array, truth: Indices, found: Labels) -> Array:
    """(r, n) weights -> (r,) V-measure (Rosenberg and Hirschberg 2007), beta 1."""
    cells, rows, columns = _tables(weights, truth, found)
    h_cells, h_rows, h_columns = _entropy(cells), _entropy(rows), _entropy(columns)
    shared, whole = h_rows + h_columns - h_cells, h_rows + h_columns
    return np.where(whole > 0, 2 * shared / np.where(whole == 0, 1.0, whole), 1.0)


def _agreement(way: str, labels: Labels, truth: Indices) -> Agreement:
    count = len(truth)
    one = np.ones((1, count))
    return Agreement(
        way=way,
        clusters=int(labels.max(initial=NOISE)) + 1,
        alone=int((labels == NOISE).sum()),
        rand=estimate(lambda weights: adjusted_rand(weights, truth, labels), count=count),
        rand_by_chance=_by_chance(
            truth, lambda shuffled: float(adjusted_rand(one, shuffled, labels)[0])
        ),
        measure=estimate(lambda weights: v_measure(weights, truth, labels), count=count),
        measure_by_chance=_by_chance(
            truth, lambda shuffled: float(v_measure(one, shuffled, labels)[0])
        ),
    )


def _by_chance(truth: Indices, figure: Callable[[Indices], float]) -> Estimate:
    random = np.random.default_rng(_SEED)
    found = [figure(random.permutation(truth)) for _ in range(SHUFFLES)]
    low, high = np.quantile(found, [0.025, 0.975])
    return Estimate(value=float(np.mean(found)), low=float(low), high=float(high))


def _tables(weights: Array, truth: Indices, found: Labels) -> tuple[Array, Array, Array]:
    """Weights (r, k) of each cell, each painter and each cluster."""
    cluster = np.unique(found, return_inverse=True)[1]
    cell = truth * (cluster.max() + 1) + cluster
    return tuple(weights @ _members(each) for each in (cell, truth, cluster))  # type: ignore[return-value]


def _members(labels: Indices) -> Array:
    """(n, k), 1 where a picture is in a group."""
    groups: Array = (labels[:, None] == np.unique(labels)[None, :]).astype(float)
    return groups


def _entropy(sums: Array) -> Array:
    shares = sums / sums.sum(axis=1, keepdims=True)
    found: Array = -(shares * np.log(np.maximum(shares, _LEAST_LOG))).sum(axis=1)
    return found
