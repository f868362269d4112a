"""Distances between sets of pictures in a feature space of our own: never to be called FID.

FID is by definition in the space of one Inception network; figures here compare with each other
only, and only in the space whose name stands beside them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contracts.config import Estimate
from ml.data.splits import Indices
from ml.evaluation.metrics import Array

Features = NDArray[np.float32]
COMPONENTS = 64
SUBSETS = 50
SUBSET = 200
_FLAT = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """The first principal components of standardised features of real pictures.

    ``centre``, ``scale``: (F,); ``directions``: (F, d), orthonormal columns divided so that a
    real picture's vector has squared length d on average.
    """

    centre: Array
    scale: Array
    directions: Array

    def place(self, features: Features) -> Array:
        """(n, F) -> (n, d)."""
        placed: Array = ((features - self.centre) / self.scale) @ self.directions
        return placed


def space_of(features: Features, *, components: int = COMPONENTS) -> Space:
    """The space of real pictures with features (n, F). At most n - 1 components."""
    rows = features.astype(np.float64)
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    scale = np.where(spread > _FLAT, spread, 1.0)
    _, sizes, directions = np.linalg.svd((rows - centre) / scale, full_matrices=False)
    kept = min(components, len(rows) - 1)
    length = np.sqrt(np.square(sizes[:kept]).sum() / len(rows) / kept)
    return Space(centre, scale, directions[:kept].T / length)


def kid(first: Array, second: Array) -> float:
    """Unbiased squared MMD with k(x, y) = (x . y / d + 1)^3, Binkowski et al. (2018).

    (n, d) and (m, d) -> about 0 for sets of the same kind, perhaps below.
    """
    n, m = len(first), len(second)
    within = [_off_diagonal(_kernel(each, each)) for each in (first, second)]
    across = _kernel(first, second).mean()
    return float(within[0] / (n * (n - 1)) + within[1] / (m * (m - 1)) - 2 * across)


def kid_estimate(
    samples: Array, real: Array, *, seed: int = 0, subsets: int = SUBSETS, size: int = SUBSET
) -> Estimate:
    """KID of all, with the middle 95 % of KIDs of random subsets, drawn without replacement.

    Subsets hold at most half of either set: larger ones would be alike.
    """
    draws = [
        kid(samples[first], real[second])
        for first, second in _subsets(len(samples), len(real), seed, subsets, size)
    ]
    return _with_middle(kid(samples, real), draws)


def kid_difference(
    new: Array,
    old: Array,
    real: Array,
    *,
    seed: int = 0,
    subsets: int = SUBSETS,
    size: int = SUBSET,
) -> Estimate:
    """KID of ``new`` (n, d) less that of ``old`` (n, d), on the same rows of both."""
    draws = [
        kid(new[first], real[second]) - kid(old[first], real[second])
        for first, second in _subsets(len(new), len(real), seed, subsets, size)
    ]
    return _with_middle(kid(new, real) - kid(old, real), draws)


def _subsets(
    first: int, second: int, seed: int, subsets: int, size: int
) -> Iterator[tuple[Indices, Indices]]:
    """Rows of both sets, again and again."""
    random = np.random.default_rng(seed)
    size = max(2, min(size, first // 2, second // 2))
    for _ in range(subsets):
        yield (
            random.choice(first, size, replace=False),
            random.choice(second, size, replace=False),
        )


def _with_middle(value: float, draws: Sequence[float]) -> Estimate:
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(value, float(low), float(high))


def frechet(first: Array, second: Array) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), Dowson and Landau (1982), equation 4.

    Biased upwards for few pictures: compare sets of equal size only.
    """
    means = first.mean(axis=0) - second.mean(axis=0)
    one, two = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    root = _root(one)
    cross = np.linalg.eigvalsh(root @ two @ root)
    both = np.trace(one) + np.trace(two) - 2 * np.sqrt(np.maximum(cross, 0.0)).sum()
    return float(means @ means + both)


def diversity(vectors: Array) -> float:
    """Mean distance of two different rows of (n, d); 0 where there are no two."""
    if len(vectors) < 2:
        return 0.0
    squares = np.square(vectors).sum(axis=1)
    apart = squares[:, None] + squares[None] - 2 * vectors @ vectors.T
    distances = np.sqrt(np.maximum(apart, 0.0))
    return float(_off_diagonal(distances) / (len(vectors) * (len(vectors) - 1)))


def _kernel(first: Array, second: Array) -> Array:
    kernel: Array = (first @ second.T / first.shape[1] + 1.0) ** 3
    return kernel


def _off_diagonal(square: Array) -> float:
    return float(square.sum() - np.trace(square))


def _root(symmetric: Array) -> Array:
    values, vectors = np.linalg.eigh(symmetric)
    root: Array = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root
