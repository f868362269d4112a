"""Votes of a crowd as columns of numbers: scores and pairs in one table."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int32]
Levels = NDArray[np.int8]

LEFT, RIGHT, TIE, BOTH_BAD = range(4)  # outcomes of a pair


def _places() -> Places:
    return np.zeros(0, np.int32)


def _levels() -> Levels:
    return np.zeros(0, np.int8)


def _floats() -> Floats:
    return np.zeros(0, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Votes on a scale, (n,) each; ``level`` is 0 for the lowest step."""

    rater: Places = field(default_factory=_places)
    picture: Places = field(default_factory=_places)
    level: Levels = field(default_factory=_levels)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Votes on two pictures, (n,) each; sides as they were shown.

    ``weight``: 1, or less where one answer gives several rows (the best of a burst beats all).
    """

    rater: Places = field(default_factory=_places)
    left: Places = field(default_factory=_places)
    right: Places = field(default_factory=_places)
    outcome: Levels = field(default_factory=_levels)
    weight: Floats = field(default_factory=_floats)


@dataclass(frozen=True, slots=True, eq=False)
class Ballot:
    """All votes of a crowd on ``pictures`` pictures by ``raters`` raters.

    ``levels``: steps of the scale, at least 2; level k stands for 1 + 9 k / (levels - 1) points.
    ``prior_mean``, ``prior_sd``: (pictures,) what was expected of each before any vote, in points;
    not a number where nothing was.
    """

    raters: int
    pictures: int
    levels: int = 10
    scores: Scores = field(default_factory=Scores)
    pairs: Pairs = field(default_factory=Pairs)
    prior_mean: Floats | None = None
    prior_sd: Floats | None = None


def totals(owner: Places, values: Floats, owners: int) -> Floats:
    """(owners,) sums of ``values`` (n,) over those that belong to each, ``owner`` (n,)."""
    return np.asarray(np.bincount(owner, weights=values, minlength=owners), np.float64)
