"""Whether an 80 % interval holds what other people say, and what stopping by it saves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ml.evaluation.crowd_estimators import Belief, Estimator
from ml.evaluation.crowd_replay import Arm, Trail, arrivals, replayed
from ml.evaluation.crowd_votes import Expected, Recorded
from ml.evaluation.metrics import Array
from ml.raters.thrift import WIDTH_PER_SD, Thrift

NOBODY_ENDS = 1e6  # votes a picture; more than there are


@dataclass(frozen=True, slots=True)
class Covered:
    """At ``votes`` a picture: share of intervals that held, and their mean width in points.

    ``share``: for the interval widened by what the other half leaves unknown.
    """

    votes: float
    share: float
    width: float


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """Votes of two halves of the raters; the second one only judges the first."""

    asked: Recorded
    judge_mean: Array
    judge_sd: Array

    def holds(self, mean: Array, sd: Array) -> float:
        """Share of 80 % intervals around ``mean`` that hold the mean of the other half."""
        wide = np.sqrt(np.square(sd) + np.square(self.judge_sd))
        inside = np.abs(mean - self.judge_mean) <= WIDTH_PER_SD / 2 * wide
        return float(np.mean(inside))


def halves(votes: Recorded, generator: np.random.Generator) -> Halves:
    """Part the raters at random. The judging half speaks by its plain mean: no model, no bias."""
    side = generator.permutation(votes.raters) % 2 == 0
    asked = votes.part(np.flatnonzero(side[votes.rater]))
    judging = votes.part(np.flatnonzero(~side[votes.rater]))
    mean = judging.means()
    squares = np.bincount(
        judging.picture, np.square(judging.values - mean[judging.picture]), votes.pictures
    )
    counts = np.maximum(judging.counts, 2)
    return Halves(asked, mean, np.sqrt(squares / (counts - 1) / counts))


def coverage(
    parted: Halves,
    estimator: Estimator,
    at: Sequence[int],
    expected: Expected | None,
    generator: np.random.Generator,
) -> tuple[Covered, ...]:
    """Intervals after each of ``at`` random votes a picture on average."""
    order = generator.permutation(len(parted.asked.picture))
    found = []
    last: Belief | None = None
    for votes in at:
        part = parted.asked.part(order[: votes * parted.asked.pictures])
        last = estimator(part.ballot(expected), last)
        found.append(Covered(votes, parted.holds(last.mean, last.sd), _width(last.sd)))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Stopped:
    """A campaign that ended by its rule. ``votes``: a picture; ``most``: of any picture."""

    width: float
    votes: float
    mean: Array
    held: float


def stopped(
    parted: Halves, arm: Arm, width: float, *, minimum: int, generator: np.random.Generator
) -> Stopped:
    """Raters of one half come until every picture's interval is narrow enough."""
    ruled = replace(arm, rule=Thrift(minimum=minimum, width=width))
    stock = arrivals(parted.asked, generator)
    trail: Trail = replayed(parted.asked, ruled, stock, at=(NOBODY_ENDS,), generator=generator)
    mean, sd = trail.mean[-1], trail.sd[-1]
    return Stopped(width, float(trail.votes[-1]), mean, parted.holds(mean, sd))


def _width(sd: Array) -> float:
    return float(WIDTH_PER_SD * np.mean(sd))
