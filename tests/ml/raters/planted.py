"""Crowds whose pictures and raters are known, because they were made up."""

from dataclasses import dataclass, replace

import numpy as np

from ml.raters.votes import Ballot, Floats, Pairs, Scores


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """A ballot, the qualities behind it (pictures,), and the biases, noises, sides (raters,)."""

    ballot: Ballot
    quality: Floats
    bias: Floats
    noise: Floats
    side: Floats

    @property
    def plain_mean(self) -> Floats:
        votes = self.ballot.scores
        points = 1 + 9 * votes.level / (self.ballot.levels - 1)
        counts = np.bincount(votes.picture, minlength=self.ballot.pictures)
        return np.bincount(votes.picture, points, self.ballot.pictures) / np.maximum(counts, 1)


def plant(
    *,
    pictures: int = 120,
    raters: int = 60,
    scores: int = 0,
    pairs: int = 0,
    levels: int = 10,
    seed: int = 0,
) -> Planted:
    random = np.random.default_rng(seed)
    quality, bias = random.normal(5.5, 1.2, pictures), random.normal(0, 0.8, raters)
    noise, side = 1.4 * np.exp(random.normal(0, 0.35, raters)), random.normal(0, 0.4, raters)
    cell = random.choice(pictures * raters, size=scores, replace=False)
    rater, picture = (cell // pictures).astype(np.int32), (cell % pictures).astype(np.int32)
    seen = quality[picture] + bias[rater] + noise[rater] * random.normal(size=scores)
    steps = np.rint((seen - 1) * (levels - 1) / 9)
    level = np.clip(steps, 0, levels - 1).astype(np.int8)
    ballot = Ballot(
        raters=raters,
        pictures=pictures,
        levels=levels,
        scores=Scores(rater, picture, level),
        pairs=_pairs(random, pairs, quality, noise, side),
    )
    return Planted(ballot, quality, bias, noise, side)


def _pairs(
    random: np.random.Generator, count: int, quality: Floats, noise: Floats, side: Floats
) -> Pairs:
    left = random.integers(0, len(quality), count).astype(np.int32)
    away = random.integers(1, len(quality), count).astype(np.int32)
    right = ((left + away) % len(quality)).astype(np.int32)
    rater = random.integers(0, len(noise), count).astype(np.int32)
    apart = (quality[left] - quality[right]) / (np.sqrt(2) * noise[rater]) + side[rater]
    felt = apart + random.normal(size=count)
    outcome = np.where(felt > 0.25, 0, np.where(felt < -0.25, 1, 2)).astype(np.int8)
    return Pairs(rater, left, right, outcome, np.ones(count))


def voted(ballot: Ballot, rater: int, level: object) -> Ballot:
    """The ballot in which a rater's scores are others; ``level`` one step or all of them."""
    changed = ballot.scores.level.copy()
    changed[ballot.scores.rater == rater] = level
    return replace(ballot, scores=replace(ballot.scores, level=changed))


def joined(ballot: Ballot, picture: int, levels: list[int]) -> Ballot:
    """The ballot with new raters who vote only on ``picture``."""
    many, votes = len(levels), ballot.scores
    return replace(
        ballot,
        raters=ballot.raters + many,
        scores=Scores(
            np.append(votes.rater, ballot.raters + np.arange(many)).astype(np.int32),
            np.append(votes.picture, np.full(many, picture)).astype(np.int32),
            np.append(votes.level, levels).astype(np.int8),
        ),
    )
