"""Recorded votes given once more in another order: what a crowd would have known, and when.

Every vote is used at most once. There are two forms. *Open*: the policy names the picture, and the
vote comes from a random one of those that the picture still has, so that the rater is random.
*Arrivals*: a random rater comes and asks for some pictures; the policy chooses among those that
this person really rated, which is what the product does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ml.evaluation.crowd_estimators import Belief, Estimator
from ml.evaluation.crowd_votes import Expected, Places, Recorded
from ml.evaluation.metrics import Array
from ml.raters.thrift import Thrift, crowding_of, order, sd_after

SESSION = 20  # pictures that a rater asks for at once
_AT_ONCE = 0.05  # of the pictures, between two looks at what is known
_GROWTH, _STEP = 0.25, 0.5  # votes between two fits: share of those used, votes a picture

NO_RULE = Thrift()

Prefer = Callable[[Places], Places]
Stock = Callable[[Prefer], Iterator[Places]]


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to run a campaign. ``active``: ask where most is learned, else anywhere.

    ``expected``: what a scorer expects, told to the estimator. ``by_place``: count what is learned
    by how much it tells of the order (see ``ml.raters.thrift``).
    """

    name: str
    estimator: Estimator
    active: bool
    expected: Expected | None = None
    rule: Thrift = NO_RULE
    by_place: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """What an arm believed at each point: (points,) votes a picture and (points, pictures)."""

    votes: Array
    mean: Array
    sd: Array


def open_stock(votes: Recorded, generator: np.random.Generator) -> Stock:
    """Votes of random raters on the picture that is asked about."""
    shuffled = generator.permutation(len(votes.picture))
    queue = shuffled[np.argsort(votes.picture[shuffled], kind="stable")]
    counts = votes.counts
    starts = np.cumsum(counts) - counts

    def stock(prefer: Prefer) -> Iterator[Places]:
        used = np.zeros(votes.pictures, dtype=np.intp)
        at_once = max(1, int(_AT_ONCE * votes.pictures))
        while len(asked := prefer(np.flatnonzero(used < counts))[:at_once]):
            yield queue[starts[asked] + used[asked]]
            used[asked] += 1

    return stock


def arrivals(votes: Recorded, generator: np.random.Generator, *, session: int = SESSION) -> Stock:
    """Random raters, each with some of the pictures that they rated and were not asked about yet.

    Ends when nobody is left whom the policy would ask.
    """

    def stock(prefer: Prefer) -> Iterator[Places]:
        order_by_rater = np.argsort(votes.rater, kind="stable")
        edges = np.cumsum(np.bincount(votes.rater, minlength=votes.raters))[:-1]
        left = dict(enumerate(np.split(order_by_rater, edges)))
        here = [rater for rater, own in left.items() if len(own)]
        while here:
            seat = int(generator.integers(len(here)))
            own = left[here[seat]]
            at = {int(picture): row for picture, row in zip(votes.picture[own], own, strict=True)}
            asked = prefer(votes.picture[own])[:session]
            rows = np.array([at[int(picture)] for picture in asked], dtype=np.intp)
            left[here[seat]] = np.setdiff1d(own, rows, assume_unique=True)
            if not len(rows) or not len(left[here[seat]]):
                here[seat] = here[-1]
                here.pop()
            if len(rows):
                yield rows

    return stock


class Desk:
    """Hands out pictures as an arm wants it, and keeps what it believes."""

    def __init__(self, votes: Recorded, arm: Arm, generator: np.random.Generator) -> None:
        self._votes, self._arm, self._generator = votes, arm, generator
        self._used: list[Places] = []
        self._since = np.zeros(votes.pictures, dtype=np.intp)
        self._fitted = 0
        self.total = 0
        self.belief = self._fit(None)

    def prefer(self, pictures: Places) -> Places:
        """``pictures`` from the first to ask about to the last, without the finished ones."""
        if not self._arm.active:
            return self._generator.permutation(pictures)
        if self.total > (1 + _GROWTH) * self._fitted + _STEP * self._votes.pictures:
            self.refit()
        sd = sd_after(self.belief.sd, self.belief.noise, self._since)
        votes = self.belief.votes + self._since
        ranked = order(
            sd[pictures],
            votes[pictures],
            self.belief.noise,
            self._arm.rule,
            self._generator,
            crowding=self._crowding[pictures] if self._arm.by_place else None,
        )
        return pictures[ranked]

    def take(self, rows: Places) -> None:
        """These votes came in."""
        self._used.append(rows)
        self.total += len(rows)
        self._since += np.bincount(self._votes.picture[rows], minlength=self._votes.pictures)

    def refit(self) -> Belief:
        """Believe what all votes so far say."""
        self.belief = self._fit(self.belief)
        self._fitted = self.total
        self._since[:] = 0
        return self.belief

    def _fit(self, last: Belief | None) -> Belief:
        rows = np.concatenate(self._used) if self._used else np.zeros(0, dtype=np.intp)
        belief = self._arm.estimator(self._votes.part(rows).ballot(self._arm.expected), last)
        self._crowding = crowding_of(belief.mean, belief.sd)
        return belief


def replayed(
    votes: Recorded, arm: Arm, stock: Stock, *, at: Sequence[float], generator: np.random.Generator
) -> Trail:
    """Run one arm until each of ``at`` votes a picture on average, in rising order.

    A stock that ends before leaves its last belief for the points that were not reached.
    """
    desk = Desk(votes, arm, generator)
    supply = stock(desk.prefer)
    found: list[tuple[float, Array, Array]] = []
    for goal in at:
        while desk.total < goal * votes.pictures and (rows := next(supply, None)) is not None:
            desk.take(rows)
        belief = desk.refit()
        found.append((desk.total / votes.pictures, belief.mean, belief.sd))
    return Trail(
        votes=np.array([one[0] for one in found]),
        mean=np.stack([one[1] for one in found]),
        sd=np.stack([one[2] for one in found]),
    )
