"""Votes that people really gave, each once, as a ballot of any part of them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.data.samples import DataSetError, Panel
from ml.evaluation.metrics import Array
from ml.raters.scale import points
from ml.raters.thrift import WIDTH_PER_SD
from ml.raters.votes import Ballot, Scores

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What a scorer expects of each picture before any vote: (pictures,) points and their sd."""

    mean: Array
    sd: Array


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Score votes, (n,) each: ``rater``, ``picture`` and ``level`` from 0 on."""

    raters: int
    pictures: int
    levels: int
    rater: Places
    picture: Places
    level: Places

    @property
    def values(self) -> Array:
        """(n,) what each vote stands for, 1 to 10 points."""
        values: Array = points(self.levels)[self.level]
        return values

    @property
    def counts(self) -> Places:
        """(pictures,) votes on each picture."""
        return np.bincount(self.picture, minlength=self.pictures)

    def means(self) -> Array:
        """(pictures,) plain mean of all votes; a picture without votes has the mean of all."""
        return plain_means(self.picture, self.values, self.pictures)

    def part(self, rows: Places) -> "Recorded":
        """Only the votes in ``rows``; pictures and raters keep their numbers."""
        return replace(
            self, rater=self.rater[rows], picture=self.picture[rows], level=self.level[rows]
        )

    def ballot(self, expected: Expected | None = None) -> Ballot:
        """The votes as the rater model takes them."""
        return Ballot(
            raters=self.raters,
            pictures=self.pictures,
            levels=self.levels,
            scores=Scores(
                rater=self.rater.astype(np.int32),
                picture=self.picture.astype(np.int32),
                level=self.level.astype(np.int8),
            ),
            prior_mean=None if expected is None else expected.mean,
            prior_sd=None if expected is None else expected.sd,
        )


def recorded(panel: Panel) -> Recorded:
    """The single votes of a panel, its pictures in their order. Raises DataSetError."""
    votes = panel.single_votes
    if votes is None:
        raise DataSetError(f"{panel.name} does not say who gave which vote")
    place = {picture.key: number for number, picture in enumerate(panel.pictures)}
    at = np.array([place.get(key, -1) for key in votes.keys], dtype=np.intp)[votes.picture]
    known = at >= 0
    return Recorded(
        raters=len(votes.raters),
        pictures=len(panel.pictures),
        levels=panel.steps,
        rater=votes.rater[known].astype(np.intp),
        picture=at[known],
        level=votes.vote[known].astype(np.intp) - 1,
    )


def expected_of(mean: Array, spread: Array, votes: Recorded) -> Expected:
    """A scorer's (pictures,) means and spreads on its ten bins, as priors for ``votes``.

    Its interval is a multiple of the spread that holds 80 % of its errors, as in its card.
    """
    per_bin = 9.0 / 10.0 * votes.levels / (votes.levels - 1)  # points; the scales have other ends
    points_of = 5.5 + per_bin * (mean - 5.5)
    errors = np.abs(points_of - votes.means()) / (per_bin * spread)
    multiple = float(np.quantile(errors, 0.8)) / (WIDTH_PER_SD / 2)
    return Expected(points_of, multiple * per_bin * spread)


def plain_means(picture: Places, values: Array, pictures: int) -> Array:
    """(pictures,) means of (n,) values; the mean of all, or 5.5, where there are none."""
    counts = np.bincount(picture, minlength=pictures)
    sums = np.bincount(picture, weights=values, minlength=pictures)
    middle = float(values.mean()) if len(values) else 5.5
    return np.where(counts > 0, sums / np.maximum(counts, 1), middle)
