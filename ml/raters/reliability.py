"""How far raters agree: Krippendorff's alpha and split halves. No model, raw answers only."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from ml.raters.votes import Floats, totals

Level = Literal["nominal", "ordinal", "interval"]
Numbers = NDArray[np.number]


@dataclass(frozen=True, slots=True)
class SplitHalf:
    """Rank correlation that two whole crowds like this one would have, -1 to 1.

    ``low``, ``high``: between them lie 80 % of the random halvings. Not a number where no two
    pictures have votes in both halves, or all means are equal.
    """

    correlation: float
    low: float
    high: float


def krippendorff_alpha(rater: Numbers, item: Numbers, value: Numbers, *, level: Level) -> float:
    """Agreement of answers (n,) beyond chance: 1 perfect, 0 as by chance, below 0 worse.

    Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section E: any number of
    raters, missing answers, 1 - (n - 1) sum o_ck d_ck / sum n_c n_k d_ck. Items with one answer
    cannot agree with anything and do not count. Not a number where nothing could disagree.
    ``rater`` does not enter: any two answers of an item are a pair.
    """
    values, code = np.unique(value, return_inverse=True)
    items, place = np.unique(item, return_inverse=True)
    table = np.zeros((len(items), len(values)))
    np.add.at(table, (place, code), 1.0)
    table = table[table.sum(axis=1) >= 2]
    if not len(table):
        return float("nan")
    weight = 1.0 / (table.sum(axis=1) - 1.0)
    together = table.T @ (weight[:, None] * table) - np.diag(weight @ table)
    frequency = together.sum(axis=1)
    apart = _apart(values.astype(np.float64), frequency, level)
    expected = frequency @ apart @ frequency
    if expected <= 0:
        return float("nan")
    return float(1.0 - (frequency.sum() - 1.0) * np.sum(together * apart) / expected)


def _apart(values: Floats, frequency: Floats, level: Level) -> Floats:
    """(values, values) squared differences of two answers (section E, step 4)."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "ordinal":  # n_c / 2 + all between + n_k / 2
        values = np.cumsum(frequency) - frequency / 2
    return np.asarray((values[:, None] - values) ** 2)


def split_half(
    rater: Numbers, item: Numbers, value: Numbers, *, seed: int, rounds: int = 50
) -> SplitHalf:
    """Raters are halved at random, the items' means in both halves are ranked and correlated.

    Spearman 1910 and Brown 1910: halves that correlate by r mean wholes that do by 2 r / (1 + r).
    """
    _, who = np.unique(rater, return_inverse=True)
    items, place = np.unique(item, return_inverse=True)
    random = np.random.default_rng(seed)
    raters = int(who.max(initial=-1)) + 1
    found = [
        _halved(random.permutation(raters)[who] % 2 == 0, place, value, len(items))
        for _ in range(rounds)
    ]
    known = np.array([one for one in found if np.isfinite(one)])
    if not len(known):
        return SplitHalf(float("nan"), float("nan"), float("nan"))
    whole = 2.0 * known / (1.0 + known)
    low, middle, high = np.quantile(whole, [0.1, 0.5, 0.9])
    return SplitHalf(float(middle), float(low), float(high))


def _halved(first: NDArray[np.bool_], item: NDArray[np.intp], value: Numbers, items: int) -> float:
    means = []
    for half in (first, ~first):
        where = item[half].astype(np.int32)
        votes = totals(where, np.ones(len(where)), items)
        means.append(
            totals(where, value[half].astype(np.float64), items) / np.where(votes, votes, np.nan)
        )
    both = np.isfinite(means[0]) & np.isfinite(means[1])
    one, other = means[0][both], means[1][both]
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(spearmanr(one, other).statistic)
