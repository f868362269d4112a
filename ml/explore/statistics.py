"""The numbers behind the report: pure functions of vote counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_FEWEST_IN_BAND = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """Descriptive statistics. The fences lie 1.5 boxes from the quartiles (Tukey, 1977)."""

    count: int
    mean: float
    sd: float
    least: float
    p5: float
    q1: float
    median: float
    q3: float
    p95: float
    most: float
    below: int
    above: int

    @property
    def outside(self) -> int:
        """Values beyond either fence."""
        return self.below + self.above


@dataclass(frozen=True, slots=True)
class Moments:
    """Of each picture, (n,) each: number of votes, mean and standard deviation of its votes."""

    votes: Array
    means: Array
    spreads: Array


@dataclass(frozen=True, slots=True)
class SpreadCurve:
    """Spread of the votes by mean score: bin centres, mean spread, 10 % and 90 % quantiles."""

    centres: Array
    middle: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Band:
    """Pictures with low <= mean < high, and their averaged votes as (steps,) shares."""

    low: int
    high: int
    count: int
    shares: Array


def summary(values: Array) -> Summary:
    """Describe (n,) values, n at least 1."""
    p5, q1, median, q3, p95 = (float(x) for x in np.percentile(values, [5, 25, 50, 75, 95]))
    reach = 1.5 * (q3 - q1)
    return Summary(
        count=len(values),
        mean=float(values.mean()),
        sd=float(values.std()),
        least=float(values.min()),
        p5=p5,
        q1=q1,
        median=median,
        q3=q3,
        p95=p95,
        most=float(values.max()),
        below=int((values < q1 - reach).sum()),
        above=int((values > q3 + reach).sum()),
    )


def vote_moments(counts: Array) -> Moments:
    """Of (n, k) vote counts on a scale 1..k."""
    at = np.arange(1, counts.shape[1] + 1)
    votes = counts.sum(axis=1)
    means = counts @ at / votes
    squares = counts @ np.square(at) / votes
    return Moments(votes, means, np.sqrt(np.maximum(squares - np.square(means), 0.0)))


def spread_curve(moments: Moments, *, width: float = 0.5) -> SpreadCurve:
    """Bins of ``width`` points; those with fewer than five pictures are left out."""
    bins = np.floor(moments.means / width)
    rows = []
    for number in np.unique(bins):
        inside = moments.spreads[bins == number]
        if len(inside) >= min(_FEWEST_IN_BAND, len(bins)):
            low, high = np.percentile(inside, [10, 90])
            rows.append(((number + 0.5) * width, inside.mean(), low, high))
    columns = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return SpreadCurve(*columns)


def bands(counts: Array, means: Array) -> tuple[Band, ...]:
    """One band for each whole point of the mean score; a full mark joins the band below it."""
    steps = counts.shape[1]
    number = np.minimum(np.floor(means + 1e-9).astype(int), steps - 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return tuple(
        Band(int(low), int(low) + 1, int((number == low).sum()), shares[number == low].mean(axis=0))
        for low in np.unique(number)
    )


def prior_votes(moments: Moments) -> float | None:
    """How many votes a picture needs until half of what sets its mean apart is no longer chance.

    Variance of single votes within a picture over variance of true means between pictures; None
    when the pictures cannot be told apart, or nothing is known about single votes.
    """
    several = moments.votes > 1
    if several.sum() < 2:
        return None
    votes, spreads = moments.votes[several], moments.spreads[several]
    within = float((np.square(spreads) * votes / (votes - 1)).mean())
    between = float(moments.means[several].var() - (within / votes).mean())
    return within / between if between > 0 and within > 0 else None


def middle_of(steps: int) -> float:
    """Where good begins: 5 on a scale of ten, as in the literature on AVA; else the middle."""
    return 5.0 if steps == 10 else (steps + 1) / 2
