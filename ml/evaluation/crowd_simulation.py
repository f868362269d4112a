"""Made-up crowds with the habits of a real one, and raters who do not mean what they say.

Habits and qualities are drawn from a recorded crowd by regressing each rater's votes on the means
of the pictures, without the rater model that is to be tested. A vote is then

    round(clip(centre + bias + slope (quality - centre) + noise e, 1, 10))

which is not what the model assumes either: its steps are even and its ends are heaps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.crowd_votes import Expected, Places, Recorded, plain_means
from ml.evaluation.metrics import Array

Mask = NDArray[np.bool_]
LEVELS = 10
_LEAST_SLOPE, _LEAST_NOISE = 0.1, 0.5


class Bad(StrEnum):
    """Raters whose votes do not say what they think."""

    RANDOM = "random"
    CONSTANT = "always 5"
    INVERTED = "inverted"


class Elsewhere(StrEnum):
    """What sybils answer on pictures that they do not push."""

    CONSTANT = "constant"
    RANDOM = "random"
    HONEST = "honest"


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """(raters,) bias, slope and noise in points, and (pictures,) qualities, of a real crowd."""

    bias: Array
    slope: Array
    noise: Array
    quality: Array

    def drawn(self, raters: int, generator: np.random.Generator) -> "Habits":
        """As many raters as asked for, each like a real one."""
        who = generator.integers(0, len(self.bias), raters)
        return Habits(self.bias[who], self.slope[who], self.noise[who], self.quality)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A made-up crowd: its votes and what is true. ``honest``: (raters,)."""

    votes: Recorded
    quality: Array
    honest: Mask


def habits_of(votes: Recorded) -> Habits:
    """Least squares of each rater's votes on the means of the pictures they rated."""
    mean = votes.means()
    centre = float(votes.values.mean())
    x, y = mean[votes.picture] - centre, votes.values - centre
    x_mean, y_mean = (plain_means(votes.rater, one, votes.raters) for one in (x, y))
    x_gap, y_gap = x - x_mean[votes.rater], y - y_mean[votes.rater]
    cross = np.bincount(votes.rater, x_gap * y_gap, votes.raters)
    slope = cross / np.maximum(np.bincount(votes.rater, x_gap**2, votes.raters), 1e-9)
    left = y_gap - slope[votes.rater] * x_gap
    enough = np.bincount(votes.rater, minlength=votes.raters) > 2
    noise = np.sqrt(plain_means(votes.rater, left**2, votes.raters))
    bias = y_mean - slope * x_mean
    return Habits(
        bias=bias[enough],
        slope=np.maximum(slope[enough], _LEAST_SLOPE),
        noise=np.maximum(noise[enough], _LEAST_NOISE),
        quality=mean,
    )


def spread_qualities(habits: Habits, pictures: int) -> Array:
    """Qualities as the real ones are spread: their quantiles, from the lowest to the highest."""
    return np.quantile(habits.quality, (np.arange(pictures) + 0.5) / pictures)


def answered(
    habits: Habits, quality: Array, rater: Places, picture: Places, generator: np.random.Generator
) -> Places:
    """(n,) levels that honest raters give, from 0 on."""
    centre = float(habits.quality.mean())
    seen = centre + habits.bias[rater] + habits.slope[rater] * (quality[picture] - centre)
    seen = seen + habits.noise[rater] * generator.standard_normal(len(rater))
    return np.rint(np.clip(seen, 1, LEVELS)).astype(np.intp) - 1


def made_crowd(
    habits: Habits, *, pictures: int, raters: int, each: int, generator: np.random.Generator
) -> Made:
    """Honest raters alone, each with ``each`` random pictures."""
    quality = spread_qualities(habits, pictures)
    own = habits.drawn(raters, generator)
    rater, picture = assigned(raters, pictures, each, generator)
    level = answered(own, quality, rater, picture, generator)
    votes = Recorded(raters, pictures, LEVELS, rater, picture, level)
    return Made(votes, quality, np.ones(raters, dtype=np.bool_))


def with_careless(
    made: Made, kinds: Mapping[Bad, float], generator: np.random.Generator
) -> tuple[Made, dict[Bad, Places]]:
    """Shares of the raters answer carelessly or with ill will, on the pictures they had.

    Also who does what.
    """
    votes, level, honest = made.votes, made.votes.level.copy(), made.honest.copy()
    chosen = generator.permutation(votes.raters)
    parts: dict[Bad, Places] = {}
    for kind, share in kinds.items():
        count = round(share * votes.raters)
        parts[kind], chosen = chosen[:count], chosen[count:]
        honest[parts[kind]] = False
        rows = np.isin(votes.rater, parts[kind])
        level[rows] = _careless(kind, level[rows], generator)
    return Made(replace(votes, level=level), made.quality, honest), parts


def with_sybils(
    made: Made,
    habits: Habits,
    *,
    target: int,
    up: bool,
    elsewhere: Elsewhere,
    each: int,
    share: float,
    generator: np.random.Generator,
) -> Made:
    """The same votes and those of sybils, ``share`` of all raters, who all vote on ``target``."""
    votes = made.votes
    count = round(votes.raters * share / (1 - share))
    rater, picture = assigned(count, votes.pictures, each, generator, always=target)
    own = habits.drawn(count, generator)
    level = answered(own, made.quality, rater, picture, generator)
    if elsewhere is Elsewhere.RANDOM:
        level = _careless(Bad.RANDOM, level, generator)
    elif elsewhere is Elsewhere.CONSTANT:
        level = _careless(Bad.CONSTANT, level, generator)
    level[picture == target] = LEVELS - 1 if up else 0
    return Made(
        votes=Recorded(
            votes.raters + count,
            votes.pictures,
            LEVELS,
            np.concatenate([votes.rater, rater + votes.raters]),
            np.concatenate([votes.picture, picture]),
            np.concatenate([votes.level, level]),
        ),
        quality=made.quality,
        honest=np.concatenate([made.honest, np.zeros(count, dtype=np.bool_)]),
    )


def guessed(quality: Array, error: float, generator: np.random.Generator) -> Expected:
    """What a scorer with that standard error would expect."""
    noise = error * generator.standard_normal(len(quality))
    return Expected(np.clip(quality + noise, 1, 10), np.full(len(quality), error))


def assigned(
    raters: int, pictures: int, each: int, generator: np.random.Generator, *, always: int = -1
) -> tuple[Places, Places]:
    """Raters and pictures, (raters * each,) both; every rater has ``always``, if that is one."""
    drawn = np.argsort(generator.random((raters, pictures)), axis=1)[:, :each]
    if always >= 0:
        missing = ~(drawn == always).any(axis=1)
        drawn[missing, 0] = always
    return np.repeat(np.arange(raters), drawn.shape[1]), drawn.ravel()


def _careless(kind: Bad, level: Places, generator: np.random.Generator) -> Places:
    if kind is Bad.RANDOM:
        return generator.integers(0, LEVELS, len(level))
    if kind is Bad.CONSTANT:
        return np.full(len(level), LEVELS // 2 - 1)
    return LEVELS - 1 - level
