"""Made-up answers to pairs, plain Bradley-Terry to compare with, and what fusing kinds gains."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ml.evaluation.crowd_simulation import Habits, answered, spread_qualities
from ml.evaluation.metrics import Array, srcc
from ml.raters.model import FitSettings, fit
from ml.raters.votes import LEFT, RIGHT, TIE, Ballot, Pairs, Scores

_RIDGE = 0.02  # keeps pictures that always won at a finite place
_ROUNDS = 30
_PICTURES, _RATERS = 150, 80
_QUICK = FitSettings(rounds=40, tolerance=0.01, draws=4)


@dataclass(frozen=True, slots=True)
class PairCrowd:
    """How a crowd answers pairs: ``side`` sd of the pull to one side, in noise units.

    ``sided``: share of raters who always press the same side, ``random``: who press anything.
    ``tie``: half width of a tie, in noise units.
    """

    side: float = 0.3
    sided: float = 0.1
    random: float = 0.1
    tie: float = 0.15


def paired(
    habits: Habits,
    quality: Array,
    crowd: PairCrowd,
    *,
    answers: int,
    generator: np.random.Generator,
) -> Pairs:
    """(answers,) answers of random raters of ``habits`` to random pairs.

    Both pictures are perceived with the noise of a score: Thurstone's case V with slopes.
    """
    raters, pictures = len(habits.bias), len(quality)
    rater = generator.integers(0, raters, answers)
    left = generator.integers(0, pictures, answers)
    right = (left + generator.integers(1, pictures, answers)) % pictures
    side = crowd.side * generator.standard_normal(raters)
    noise = np.sqrt(2.0) * habits.noise[rater] / habits.slope[rater]
    pull = (quality[left] - quality[right]) / noise + side[rater]
    pull = pull + generator.standard_normal(answers)
    outcome = np.where(np.abs(pull) < crowd.tie, TIE, np.where(pull > 0, LEFT, RIGHT))
    kind = generator.permutation(raters) / raters
    stuck = kind[rater] < crowd.sided
    lost = ~stuck & (kind[rater] < crowd.sided + crowd.random)
    outcome[stuck] = LEFT
    outcome[lost] = generator.choice([LEFT, RIGHT], int(lost.sum()))
    return Pairs(
        rater=rater.astype(np.int32),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        outcome=outcome.astype(np.int8),
        weight=np.ones(answers),
    )


def scored(
    habits: Habits, quality: Array, *, answers: int, generator: np.random.Generator
) -> Scores:
    """(answers,) scores of random raters of ``habits`` for random pictures."""
    rater = generator.integers(0, len(habits.bias), answers)
    picture = generator.integers(0, len(quality), answers)
    level = answered(habits, quality, rater, picture, generator)
    return Scores(rater.astype(np.int32), picture.astype(np.int32), level.astype(np.int8))


def bradley_terry(ballot: Ballot) -> Array:
    """(pictures,) log strengths by penalised maximum likelihood; a tie is half a win for both.

    Bradley & Terry (1952), by Newton's method; knows neither raters nor sides.
    """
    pairs, count = ballot.pairs, ballot.pictures
    won = np.select([pairs.outcome == LEFT, pairs.outcome == RIGHT], [1.0, 0.0], default=0.5)
    strength = np.zeros(count)
    for _ in range(_ROUNDS):
        chance = expit(strength[pairs.left] - strength[pairs.right])
        gap = won - chance
        slope = np.bincount(pairs.left, gap, count) - np.bincount(pairs.right, gap, count)
        bend = _laplacian(pairs, chance * (1 - chance), count)
        bend[np.diag_indices(count)] += _RIDGE
        step = np.linalg.solve(bend, slope - _RIDGE * strength)
        strength = strength + step
        if np.abs(step).max() < 1e-6:
            break
    return strength


def _laplacian(pairs: Pairs, weight: Array, count: int) -> Array:
    flat = np.bincount(pairs.left * count + pairs.right, weight, count * count)
    across = flat.reshape(count, count)
    both = across + across.T
    laplacian: Array = np.diag(both.sum(axis=1)) - both
    return laplacian


@dataclass(frozen=True, slots=True)
class PairRow:
    """SRCC with the true qualities after ``answers`` a picture, of one made-up crowd.

    ``mixed``: half scores, half pairs; ``half``: those scores alone.
    """

    answers: int
    bradley_terry: float
    ours: float
    scores: float
    half: float
    mixed: float


def pair_rows(
    habits: Habits, at: Sequence[int], generator: np.random.Generator
) -> tuple[PairRow, ...]:
    """Pairs by plain Bradley-Terry and by our model, and as many answers of other kinds."""
    own = habits.drawn(_RATERS, generator)
    quality = spread_qualities(habits, _PICTURES)
    total = max(at) * _PICTURES
    pairs = paired(own, quality, PairCrowd(), answers=total, generator=generator)
    scores = scored(own, quality, answers=total, generator=generator)

    def srcc_of(kept_scores: int, kept_pairs: int) -> float:
        ballot = _cut(scores, pairs, kept_scores, kept_pairs)
        return srcc(fit(ballot, settings=_QUICK).mean, quality)

    rows = []
    for answers in at:
        count = answers * _PICTURES
        strength = bradley_terry(_cut(scores, pairs, 0, count))
        rows.append(
            PairRow(
                answers=answers,
                bradley_terry=srcc(strength, quality),
                ours=srcc_of(0, count),
                scores=srcc_of(count, 0),
                half=srcc_of(count // 2, 0),
                mixed=srcc_of(count // 2, count - count // 2),
            )
        )
    return tuple(rows)


def _cut(scores: Scores, pairs: Pairs, kept_scores: int, kept_pairs: int) -> Ballot:
    """The first answers of each kind."""
    return Ballot(
        raters=_RATERS,
        pictures=_PICTURES,
        scores=Scores(
            scores.rater[:kept_scores], scores.picture[:kept_scores], scores.level[:kept_scores]
        ),
        pairs=Pairs(
            pairs.rater[:kept_pairs],
            pairs.left[:kept_pairs],
            pairs.right[:kept_pairs],
            pairs.outcome[:kept_pairs],
            pairs.weight[:kept_pairs],
        ),
    )
