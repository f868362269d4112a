"""Rectangles by their edges, (N, 4) as left, top, right, bottom, and their suppression."""

import numpy as np
from numpy.typing import NDArray

Edges = NDArray[np.float64]
Weights = NDArray[np.float64]


def suppressed(edges: Edges, weights: Weights, *, overlap: float) -> tuple[Edges, Weights]:
    """One rectangle for each thing, the heaviest first.

    A rectangle joins a heavier one when their intersection is more than ``overlap`` of the
    smaller: a part of a face, seen at another scale, is no second face. What joins is averaged by
    weight when it agrees (more than ``overlap`` of the union, too), and dropped otherwise.
    """
    order = np.argsort(-weights, kind="stable")
    edges, weights = edges[order], weights[order]
    kept, strongest = [], []
    while len(edges):
        shared = _intersections(edges[0], edges)
        areas = _areas(edges)
        joins = shared > overlap * np.minimum(areas, areas[0])
        joins[0] = True
        agrees = shared > overlap * (areas + areas[0] - shared)
        agrees[0] = True
        kept.append(np.average(edges[agrees], axis=0, weights=weights[agrees]))
        strongest.append(weights[0])
        edges, weights = edges[~joins], weights[~joins]
    return np.reshape(kept, (-1, 4)), np.asarray(strongest, dtype=np.float64)


def _intersections(one: Edges, others: Edges) -> Weights:
    width = np.minimum(one[2], others[:, 2]) - np.maximum(one[0], others[:, 0])
    height = np.minimum(one[3], others[:, 3]) - np.maximum(one[1], others[:, 1])
    return np.asarray(np.maximum(width, 0.0) * np.maximum(height, 0.0))


def _areas(edges: Edges) -> Weights:
    return np.asarray((edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1]))
