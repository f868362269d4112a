"""How votes on any scale of 1..k become ten bins 1..10.

The rule. A vote for step j of a k-step scale stands for the j-th of k equal slices of the scale.
The centre of that slice, carried over to ten equal slices, is the position

    x(j) = 0.5 + 10 (j - 0.5) / k

The vote is shared among the three bins nearest to x(j) by the quadratic B-spline: with n the
nearest bin and d = x - n,

    bin n: 3/4 - d^2        bin n + 1: (1/2 + d)^2 / 2        bin n - 1: (1/2 - d)^2 / 2

Where one of the three would lie off the scale, the vote is shared between the two bins around
x(j) in inverse proportion to their distance. Four things follow, and the tests hold them:

- no vote is gained or lost;
- the normalised mean is kept exactly: (mean10 - 0.5) / 10 == (mean_k - 0.5) / k;
- the variance of a vote grows by exactly 1/4 of a bin squared, or less at the ends, whatever the
  step, so that no bin is favoured by how two scales happen to line up;
- a ten-step scale is left as it is, by definition.

A finer scale than ten steps is refused: its outermost steps would fall outside the ten bins.
"""

from collections.abc import Sequence
from math import floor, isfinite

BINS = 10


class InvalidVotesError(ValueError):
    """The vote counts cannot be mapped: the caller must drop or repair the row."""


def position_on_ten(step: int, *, steps: int) -> float:
    """Where step ``step`` of a scale of ``steps`` lies on the scale of ten, within [1, 10]."""
    if not 2 <= steps <= BINS:
        raise InvalidVotesError(f"a scale has 2 to {BINS} steps, not {steps}")
    if not 1 <= step <= steps:
        raise InvalidVotesError(f"step {step} is not on a scale of {steps}")
    return 0.5 + BINS * (step - 0.5) / steps


def share_of_vote(step: int, *, steps: int) -> tuple[float, ...]:
    """The ten shares, summing to 1, of one vote for ``step``."""
    position = position_on_ten(step, steps=steps)
    nearest = floor(position + 0.5)
    shares = [0.0] * BINS
    if steps == BINS:
        shares[step - 1] = 1.0
    elif 1 < nearest < BINS:
        offset = position - nearest
        shares[nearest - 2] = (0.5 - offset) ** 2 / 2
        shares[nearest - 1] = 0.75 - offset**2
        shares[nearest] = (0.5 + offset) ** 2 / 2
    else:
        lower = min(floor(position), BINS - 1)
        shares[lower - 1] = lower + 1 - position
        shares[lower] = position - lower
    return tuple(shares)


def counts_to_ten(counts: Sequence[float]) -> tuple[float, ...]:
    """Vote counts on a scale of ``len(counts)`` steps as ten counts with the same total.

    Raises InvalidVotesError for negative or non-finite counts and for a row without votes.
    """
    if any(not isfinite(count) or count < 0 for count in counts):
        raise InvalidVotesError("vote counts are finite and not negative")
    if sum(counts) <= 0:
        raise InvalidVotesError("there are no votes")
    rows = [share_of_vote(step + 1, steps=len(counts)) for step in range(len(counts))]
    return tuple(
        sum(count * row[bin_] for count, row in zip(counts, rows, strict=True))
        for bin_ in range(BINS)
    )


def counts_to_distribution(counts: Sequence[float]) -> tuple[float, ...]:
    """Vote counts on a scale of 1..k as ten shares that sum to 1."""
    ten = counts_to_ten(counts)
    total = sum(ten)
    return tuple(value / total for value in ten)
