"""What a recorded crowd is like: how its raters differ, how they use the scale, how they agree."""

from dataclasses import dataclass

import numpy as np

from ml.evaluation.crowd_simulation import Habits, habits_of
from ml.evaluation.crowd_votes import Recorded
from ml.evaluation.metrics import Array, plcc, srcc
from ml.raters.model import Opinion
from ml.raters.reliability import Level, SplitHalf, krippendorff_alpha, split_half

_ROUNDS = 50
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
ALPHAS: tuple[Level, ...] = ("nominal", "ordinal", "interval")


@dataclass(frozen=True, slots=True, eq=False)
class CrowdFacts:
    """``alpha`` by kind; ``split``: SRCC of halves of the raters, stepped up to all of them.

    ``ends``: shares of votes on the lowest and the highest step; ``favourite``: quantiles over
    raters of the share of votes on the step that they use most; ``habits``: by least squares;
    ``of_model``: SRCC, PLCC of the model's full fit with the plain mean, and its mean gap.
    """

    votes: int
    raters: int
    pictures: int
    alpha: dict[str, float]
    split: SplitHalf
    ends: tuple[float, float]
    favourite: Array
    habits: Habits
    of_model: tuple[float, float, float]


def facts_of(votes: Recorded, opinion: Opinion, *, seed: int) -> CrowdFacts:
    """All facts of one crowd. ``opinion``: of the rater model on all of its votes."""
    columns = votes.rater, votes.picture, votes.values
    split = split_half(*columns, seed=seed, rounds=_ROUNDS)
    table = np.bincount(
        votes.rater * votes.levels + votes.level, minlength=votes.raters * votes.levels
    ).reshape(votes.raters, votes.levels)
    shares = table.sum(axis=0) / table.sum()
    most = table.max(axis=1) / np.maximum(table.sum(axis=1), 1)
    mean = votes.means()
    return CrowdFacts(
        votes=len(votes.rater),
        raters=votes.raters,
        pictures=votes.pictures,
        alpha={kind: krippendorff_alpha(*columns, level=kind) for kind in ALPHAS},
        split=split,
        ends=(float(shares[0]), float(shares[-1])),
        favourite=np.quantile(most, _QUANTILES),
        habits=habits_of(votes),
        of_model=(
            srcc(opinion.mean, mean),
            plcc(opinion.mean, mean),
            float(np.mean(opinion.mean - mean)),
        ),
    )


def quantiles(values: Array) -> Array:
    """The 5, 25, 50, 75 and 95 % quantiles."""
    found: Array = np.quantile(values, _QUANTILES)
    return found
