"""What a crowd is asked, what it answers, and which answer would teach most."""

import math
from dataclasses import dataclass
from enum import StrEnum

LEVELS = 10  # of a score vote, 1 to 10


class PairOutcome(StrEnum):
    """What a rater said of two pictures; left and right are sides of the screen."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    BOTH_BAD = "both_bad"


class Doubt(StrEnum):
    """Why a rater's votes are looked at before they count; an organiser decides."""

    CONSTANT = "constant"  # always the same answer
    RANDOM = "random"  # answers that follow no picture
    SIDED = "sided"  # always the same side of a pair
    CHECKS = "checks"  # misses pictures whose place is known
    PUSHING = "pushing"  # far off on a few pictures, as others who arrived together are
    FAST = "fast"  # faster than anybody can look


@dataclass(frozen=True, slots=True)
class RaterCard:
    """How one rater votes, in points of the 1 to 10 scale.

    ``bias``: how much higher (positive) than others on the same pictures. ``spread``: 1 uses the
    scale as others do, more stretches it. ``noise``: standard deviation of an answer around the
    rater's own habit. ``consistency``: 0 to 1, share of the spread of the rater's answers that
    follows the pictures. ``side``: pull to the left of a pair, in noise units. ``weight``: what a
    vote counts beside one of a typical rater. ``votes``: how many there are.
    """

    votes: int
    bias: float
    spread: float
    noise: float
    consistency: float
    side: float
    weight: float
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the crowd thinks of one picture, biases taken away.

    ``mean``: 1 to 10. ``sd``: standard error of ``mean``. ``low``, ``high``: 80 % interval.
    ``distribution``: expected shares of 1 to 10 among typical raters. ``divisive``: 0 to 1, how
    much more its raters differ than the noise of their votes explains. ``votes``: that counted.
    """

    mean: float
    sd: float
    low: float
    high: float
    distribution: tuple[float, ...]
    divisive: float
    votes: int


def gain_of_vote(sd: float, noise: float) -> float:
    """Expected information, in nats, of one more vote on a picture.

    ``sd``: what is unknown of its mean; ``noise``: standard deviation of a vote; both in points,
    ``noise`` > 0. Half the logarithm of how much the variance shrinks.
    """
    return 0.5 * math.log1p((sd / noise) ** 2)


def sd_after(sd: float, noise: float, votes: int) -> float:
    """What will still be unknown of a mean when ``votes`` more are in, in the units of ``sd``.

    Keeps the next picture the right one between two fits of the crowd.
    """
    return sd / math.sqrt(1.0 + votes * (sd / noise) ** 2)


def gain_of_place(sd: float, noise: float, crowding: float) -> float:
    """How much one more vote is expected to lower the squared error of a picture's place.

    ``crowding``: how many times as densely as on average pictures lie around its mean, so that
    crowding x error of the mean is the error of the place. For campaigns whose order matters from
    top to bottom; ``gain_of_vote`` treats all pictures alike.
    """
    return crowding**2 * (sd**2 - sd_after(sd, noise, 1) ** 2)


def gain_of_pair(difference: float, sd: float, noise: float) -> float:
    """Expected information, in nats, of asking which of two pictures is better.

    ``difference`` of their means and ``sd`` of that difference in points; ``noise`` > 0 of one
    answer about one picture. Mutual information of a probit answer with what it is about, by the
    approximation of Houlsby et al. 2011 (BALD, equation 3).
    """
    scale = math.sqrt(2.0) * noise
    spread = (sd / scale) ** 2
    mean = difference / scale
    known = 0.5 * math.erfc(-mean / math.sqrt(2.0 * (spread + 1.0)))
    constant = math.sqrt(math.pi * math.log(2.0) / 2.0)
    heard = constant * math.exp(-(mean**2) / (2.0 * (spread + constant**2)))
    heard /= math.sqrt(spread + constant**2)
    return max(_entropy(known) - math.log(2.0) * heard, 0.0)


def _entropy(chance: float) -> float:
    if chance <= 0.0 or chance >= 1.0:
        return 0.0
    return -chance * math.log(chance) - (1.0 - chance) * math.log(1.0 - chance)
