"""A campaign's answers as columns of numbers, from the text that the database copied."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np

from ml.raters.votes import Ballot, Floats, Pairs, Scores
from webapp.ratings.reading import Reading


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Votes as the rater model takes them; `repeats`: (n, 3) rater, step before, step now."""

    ballot: Ballot
    repeats: Floats

    @property
    def count(self) -> int:
        """Rows that count for pictures."""
        return len(self.ballot.scores.rater) + len(self.ballot.pairs.rater)


def answers_of(reading: Reading) -> Answers:
    """Everything that was read, with what the scorer expected."""
    singles, pairs = _table(reading.singles, 3), _table(reading.pairs, 5)
    rater, picture, level = singles.astype(np.int32).T
    by, left, right = pairs[:, :3].astype(np.int32).T
    ballot = Ballot(
        raters=len(reading.raters),
        pictures=len(reading.entries),
        levels=reading.levels,
        scores=Scores(rater, picture, level.astype(np.int8)),
        pairs=Pairs(by, left, right, pairs[:, 3].astype(np.int8), pairs[:, 4].copy()),
        prior_mean=np.array([np.nan if each is None else each.mean for each in reading.priors]),
        prior_sd=np.array([np.nan if each is None else each.sd for each in reading.priors]),
    )
    return Answers(ballot, _table(reading.repeats, 3))


def _table(text: bytes, columns: int) -> Floats:
    """(n, columns), also for n = 0."""
    if not text:
        return np.zeros((0, columns))
    return np.loadtxt(BytesIO(text), delimiter="\t", ndmin=2, dtype=np.float64)
