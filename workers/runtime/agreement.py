"""How far a campaign's raters agree, and which of them raise doubts."""

import math

import numpy as np

from ml.contracts.crowd import Doubt
from ml.raters.doubts import Checks, doubts
from ml.raters.opinion import Opinion
from ml.raters.reliability import Level, Numbers, krippendorff_alpha, split_half
from ml.raters.votes import LEFT, RIGHT, Ballot, Floats
from webapp.ratings.enough import ANSWERS_PAIRABLE
from webapp.ratings.reading import Reading

HALVINGS = 20
ENOUGH = 10  # votes from which the time that somebody looks says something of them
_SWAPPED = np.array([RIGHT, LEFT, 2, 3])  # outcomes, told of the two pictures the other way round


def alpha_of(ballot: Ballot, *, ordered: bool) -> float | None:
    """Krippendorff's: of scores by distance, of choices, pairs and bursts by being the same.

    None below `ANSWERS_PAIRABLE`, and where nothing could disagree.
    """
    scores, pairs = ballot.scores, ballot.pairs
    if len(scores.rater):
        level: Level = "interval" if ordered else "nominal"
        return _alpha(scores.rater, scores.picture, scores.level, level)
    turned = pairs.left > pairs.right
    first = np.where(turned, pairs.right, pairs.left).astype(np.int64)
    second = np.where(turned, pairs.left, pairs.right)
    said = np.where(turned, _SWAPPED[pairs.outcome], pairs.outcome)
    asked = first * ballot.pictures + second
    return _alpha(pairs.rater, asked, said, "nominal")


def _alpha(rater: Numbers, item: Numbers, value: Numbers, level: Level) -> float | None:
    _, answers = np.unique(item, return_counts=True)
    if answers[answers > 1].sum() < ANSWERS_PAIRABLE:
        return None
    return _told(krippendorff_alpha(rater, item, value, level=level))


def halves_of(ballot: Ballot) -> float | None:
    """Rank correlation that two crowds like this one would have, from scores."""
    scores = ballot.scores
    found = split_half(scores.rater, scores.picture, scores.level, seed=0, rounds=HALVINGS)
    return _told(found.correlation)


def doubts_of(reading: Reading, ballot: Ballot, opinion: Opinion) -> list[tuple[Doubt, ...]]:
    """By rater. What is too fast the organiser says."""
    checks = np.array(reading.checks, np.int32).reshape(-1, 2)
    missed = Checks(asked=checks[:, 0], missed=checks[:, 0] - checks[:, 1])
    arrived: Floats = np.array(
        [np.nan if each is None else each.timestamp() for each in reading.arrived]
    )
    found = doubts(ballot, opinion, checks=missed, arrived=arrived)
    limit = reading.campaign.least_dwell_ms
    hasty = [
        dwell is not None and dwell < limit and votes >= ENOUGH
        for dwell, votes in zip(reading.dwell, opinion.rater_votes.tolist(), strict=True)
    ]
    return [
        (*each, Doubt.FAST) if fast else tuple(each)
        for each, fast in zip(found, hasty, strict=True)
    ]


def _told(figure: float) -> float | None:
    return figure if math.isfinite(figure) else None
