"""Bootstrap intervals over pictures, for a thousand resamples of ten thousands of pictures.

A resample is held as how often each picture was drawn. Every statistic here is a function of such
weights, (resamples, pictures) -> (resamples,), so that one matrix product serves all resamples of
a chunk, and the ranks of a resample follow from one sort of the pictures and a running sum.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ml.contracts.config import Estimate
from ml.evaluation.metrics import Array

RESAMPLES = 1000
LEVEL = 0.95
BOOTSTRAP_SEED = 95
_CHUNK_CELLS = 50_000
_FLAT = 1e-12

Statistic = Callable[[Array], Array]
Groups = NDArray[np.intp]


def estimates(
    statistics: Mapping[str, Statistic],
    *,
    count: int,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = BOOTSTRAP_SEED,
    groups: Groups | None = None,
) -> dict[str, Estimate]:
    """Every statistic with its percentile interval of ``level``, all on the same resamples.

    ``groups``: (count,) a number a picture; pictures of one group are drawn together.
    """
    draws: dict[str, list[Array]] = {name: [] for name in statistics}
    for weights in resampled(count, resamples, seed=seed, groups=groups):
        for name, statistic in statistics.items():
            draws[name].append(statistic(weights))
    whole = np.ones((1, count))
    return {
        name: _estimate(float(statistic(whole)[0]), np.concatenate(draws[name]), level=level)
        for name, statistic in statistics.items()
    }


def estimate(statistic: Statistic, *, count: int, resamples: int = RESAMPLES) -> Estimate:
    """One statistic with its 95 % percentile interval."""
    return estimates({"only": statistic}, count=count, resamples=resamples)["only"]


def mean_of(values: Array) -> Statistic:
    """Mean of (n,) values."""
    return lambda weights: weights @ values / weights.sum(axis=1)


def correlation_of(predicted: Array, actual: Array) -> Statistic:
    """Pearson's correlation of two (n,) arrays; 0 where either does not vary."""
    a, b = predicted - predicted.mean(), actual - actual.mean()
    sums = np.stack([a, b, a * b, a * a, b * b], axis=1)  # (n, 5)

    def statistic(weights: Array) -> Array:
        total = weights.sum(axis=1)
        ma, mb, mab, maa, mbb = (weights @ sums / total[:, None]).T
        return _ratio(mab - ma * mb, (maa - ma**2), (mbb - mb**2))

    return statistic


def rank_correlation_of(predicted: Array, actual: Array) -> Statistic:
    """Spearman's correlation of two (n,) arrays, ranked anew in every resample."""
    correlate = rank_correlations_of([predicted], actual)
    return lambda weights: correlate(weights)[0]


def rank_gain_of(new: Array, old: Array, actual: Array) -> Statistic:
    """Spearman's correlation of ``new`` with ``actual``, less that of ``old``."""
    correlate = rank_correlations_of([new, old], actual)

    def statistic(weights: Array) -> Array:
        after, before = correlate(weights)
        return after - before

    return statistic


def rank_correlations_of(
    predictions: Sequence[Array], actual: Array
) -> Callable[[Array], list[Array]]:
    """Spearman's correlations of several (n,) arrays with one, whose ranks are taken once."""
    rank_actual = ranks_of(actual)
    rank_each = [ranks_of(predicted) for predicted in predictions]

    def correlations(weights: Array) -> list[Array]:
        middle = (weights.sum(axis=1, keepdims=True) - 1) / 2  # the mean rank of any resample
        b = rank_actual(weights)
        b -= middle
        spread = np.einsum("rn,rn,rn->r", weights, b, b)
        found = []
        for ranked in rank_each:
            a = ranked(weights)
            a -= middle
            a_weights = weights * a
            product = np.einsum("rn,rn->r", a_weights, b)
            found.append(_ratio(product, np.einsum("rn,rn->r", a_weights, a), spread))
        return found

    return correlations


def sd_ratio_of(predicted: Array, actual: Array) -> Statistic:
    """Standard deviation of ``predicted`` over that of ``actual``; 0 where neither varies."""
    above, below = _variance_of(predicted), _variance_of(actual)

    def statistic(weights: Array) -> Array:
        spread = np.maximum(below(weights), 0.0)
        safe = np.where(spread > _FLAT, spread, 1.0)
        return np.where(spread > _FLAT, np.sqrt(np.maximum(above(weights), 0.0) / safe), 0.0)

    return statistic


def ranks_of(values: Array) -> Statistic:
    """Ranks from 0 of (n,) values within each resample, ties sharing the mean of their ranks.

    Copies of a picture are tied with each other. Maps (r, n) weights to (r, n) ranks; the rank
    of a picture that was not drawn means nothing and carries no weight.
    """
    _, group = np.unique(values, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    tied = len(starts) < len(values)

    def ranks(weights: Array) -> Array:
        sizes = np.take(weights, order, axis=1)
        if tied:
            sizes = np.add.reduceat(sizes, starts, axis=1)  # (r, groups)
        middle = np.cumsum(sizes, axis=1)
        sizes /= 2
        middle -= sizes
        middle -= 0.5
        return np.take(middle, group, axis=1)

    return ranks


def _variance_of(values: Array) -> Statistic:
    centred = values - values.mean()
    squares = np.square(centred)
    mean, mean_square = mean_of(centred), mean_of(squares)
    return lambda weights: mean_square(weights) - np.square(mean(weights))


def _ratio(product: Array, first: Array, second: Array) -> Array:
    """``product`` over the geometric mean of two sums of squares; 0 where it vanishes."""
    size = np.sqrt(np.maximum(first, 0.0) * np.maximum(second, 0.0))
    safe = np.where(size > _FLAT, size, 1.0)
    return np.where(size > _FLAT, product / safe, 0.0)


def resampled(
    count: int, resamples: int, *, seed: int = BOOTSTRAP_SEED, groups: Groups | None = None
) -> Iterator[Array]:
    """Chunks of (r, count) weights, the same ones for the same ``count`` at any chunk size.

    ``groups``: (count,) numbers; whole groups are drawn, as many as there are (Davison and Hinkley
    1997, 3.8). Where every picture is alone the weights are those without groups.
    """
    member = np.arange(count) if groups is None else in_order(groups)
    units = int(member.max()) + 1
    generator = np.random.default_rng(seed)
    at_once = max(1, _CHUNK_CELLS // count)
    for start in range(0, resamples, at_once):
        rows = min(at_once, resamples - start)
        drawn = generator.integers(0, units, size=(rows, units))
        flat = (drawn + np.arange(rows)[:, None] * units).ravel()
        weights = np.bincount(flat, minlength=rows * units).reshape(rows, units)
        yield np.take(weights, member, axis=1).astype(np.float64)


def in_order(groups: Groups) -> Groups:
    """(n,) the same groups, numbered from 0 in the order in which they come."""
    _, first, member = np.unique(groups, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.intp)
    place[np.argsort(first)] = np.arange(len(first))
    numbered: Groups = place[member]
    return numbered


def _estimate(value: float, draws: Array, *, level: float) -> Estimate:
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value=value, low=float(low), high=float(high))
