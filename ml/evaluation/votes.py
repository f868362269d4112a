"""Single votes on a set of pictures, and random panels drawn from one half of the voters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.contracts.votes import BINS
from ml.data.samples import Panel, SingleVotes
from ml.evaluation.checks import BadRowsError, checked_counts
from ml.evaluation.metrics import Array

Places = NDArray[np.intp]


class TooFewVotesError(ValueError):
    """A picture to be judged has fewer than two single votes: the caller must leave it out."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there are fewer than two single votes on {key!r}")
        self.key = key


@dataclass(frozen=True, slots=True, eq=False)
class VotePool:
    """Votes as three columns: the picture (0..count - 1), the value on 1..10, and the rater.

    ``raters`` is None where nobody knows who voted; each vote then counts as a person.
    """

    count: int
    pictures: Places
    values: Array
    raters: Places | None

    @property
    def per_picture(self) -> Places:
        """(count,) number of votes of each picture."""
        return np.bincount(self.pictures, minlength=self.count)

    @property
    def means(self) -> Array:
        """(count,) mean of all votes of each picture, on 1..10."""
        sums = np.bincount(self.pictures, weights=self.values, minlength=self.count)
        means: Array = sums / self.per_picture
        return means

    @property
    def largest_panel(self) -> int:
        """Voters that one half of the voters can spare for every picture.

        Parted by vote, a half is exactly that; parted by rater, it varies around it.
        """
        return int(self.per_picture.min()) // (2 if self.raters is None else 3)

    def within_variance(self) -> float:
        """Mean over the pictures of the unbiased variance of their votes."""
        gaps = np.square(self.values - self.means[self.pictures])
        sums = np.bincount(self.pictures, weights=gaps, minlength=self.count)
        return float(np.mean(sums / np.maximum(self.per_picture - 1, 1)))


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Panels from one half of the voters, and the ``target`` mean (n,) of the other half.

    ``panels``: (sizes, n), the mean of the first 1, 2, ... voters of the same random order.
    """

    panels: Array
    target: Array


def pool_of_counts(counts: ArrayLike) -> VotePool:
    """Every vote of (n, k) histograms, without names. Raises BadRowsError."""
    table = np.rint(checked_counts(counts)).astype(np.intp)
    count, steps = table.shape
    cells = np.repeat(np.arange(table.size), table.ravel())
    return VotePool(count, cells // steps, on_ten(cells % steps + 1, steps=steps), None)


def pool_of_votes(votes: SingleVotes, *, keys: Sequence[str], steps: int) -> VotePool:
    """The single votes on ``keys``, in that order; votes on other pictures are passed over.

    Raises TooFewVotesError for a picture of ``keys`` with fewer than two votes, and BadRowsError
    for a vote off the scale of 1..``steps``.
    """
    place = {key: number for number, key in enumerate(keys)}
    at = np.array([place.get(key, -1) for key in votes.keys], dtype=np.intp)[votes.picture]
    wanted = at >= 0
    given = votes.vote[wanted]
    off = (given < 1) | (given > steps)
    if off.any():
        first = int(np.argmax(off))
        raise BadRowsError(f"{given[first]} is no vote of 1 to {steps}", row=first)
    few = np.bincount(at[wanted], minlength=len(keys))
    if few.min() < 2:
        raise TooFewVotesError(keys[int(np.argmin(few))])
    raters = np.asarray(votes.rater[wanted], dtype=np.intp)
    return VotePool(len(keys), at[wanted], on_ten(given, steps=steps), raters)


def pool_of_panel(panel: Panel, rows: Sequence[int]) -> VotePool:
    """The voters on the pictures ``rows`` of a panel: by name where known, else by histogram.

    Raises TooFewVotesError when single votes miss a picture.
    """
    pictures = [panel.pictures[row] for row in rows]
    if panel.single_votes is None:
        return pool_of_counts([picture.counts for picture in pictures])
    keys = [picture.key for picture in pictures]
    return pool_of_votes(panel.single_votes, keys=keys, steps=panel.steps)


def on_ten(votes: ArrayLike, *, steps: int) -> Array:
    """Steps 1..``steps`` at their positions on the scale of ten, as ``contracts.votes`` has it."""
    placed: Array = 0.5 + BINS * (np.asarray(votes, dtype=np.float64) - 0.5) / steps
    return placed


def draw(pool: VotePool, sizes: Sequence[int], *, generator: np.random.Generator) -> Drawing:
    """Part the voters in two halves; draw panels of ``sizes`` from one, average the other.

    With names known the raters are parted, so that nobody is on both sides with two pictures;
    else the votes of each picture. A picture with too few votes in its half gives all of them.
    """
    shuffled = generator.permutation(len(pool.values))
    order = shuffled[np.argsort(pool.pictures[shuffled], kind="stable")]
    pictures, values = pool.pictures[order], pool.values[order]
    if pool.raters is None:
        first_half = _place_within(pictures, pool.count) < pool.per_picture[pictures] // 2
    else:
        side = generator.permutation(int(pool.raters.max()) + 1) % 2 == 0
        first_half = side[pool.raters[order]]
    mine, theirs = np.flatnonzero(first_half), np.flatnonzero(~first_half)
    seat = _place_within(pictures[mine], pool.count)
    rows = [
        _means(pictures[mine][seat < size], values[mine][seat < size], pool.count) for size in sizes
    ]
    return Drawing(
        panels=np.stack(rows), target=_means(pictures[theirs], values[theirs], pool.count)
    )


def _place_within(pictures: Places, count: int) -> Places:
    """0, 1, 2, ... within each run of equal values of the sorted ``pictures``."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(pictures, minlength=count))[:-1]])
    seats: Places = np.arange(len(pictures)) - starts[pictures]
    return seats


def _means(pictures: Places, values: Array, count: int) -> Array:
    """Means by picture; the middle of the scale for a picture that got no votes."""
    votes = np.bincount(pictures, minlength=count)
    sums = np.bincount(pictures, weights=values, minlength=count)
    middle = (BINS + 1) / 2
    return np.where(votes > 0, sums / np.maximum(votes, 1), middle)
