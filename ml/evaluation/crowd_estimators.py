"""Ways to tell what a crowd thinks of each picture: the rater model and what it must beat."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ml.evaluation.crowd_votes import Places, plain_means
from ml.evaluation.metrics import Array
from ml.raters.model import FitSettings, Opinion, fit
from ml.raters.scale import points
from ml.raters.votes import Ballot

_UNSEEN = 4.5  # points, of a picture without votes: half the scale
_LIKE_OTHERS = 4.0  # votes that a picture's own spread is shrunk by
_ROUNDS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """(pictures,) means, their standard errors and votes; ``noise``: sd of one vote, in points.

    ``opinion``: what a next fit of the rater model may start from.
    """

    mean: Array
    sd: Array
    votes: Places
    noise: float
    opinion: Opinion | None = None


Estimator = Callable[[Ballot, Belief | None], Belief]


def plain_mean(ballot: Ballot, last: Belief | None) -> Belief:
    """The mean of the votes; its standard error from the picture's own, slightly shrunk spread."""
    picture, values = _columns(ballot)
    mean = plain_means(picture, values, ballot.pictures)
    return _believed(ballot, mean, np.square(values - mean[picture]))


def trimmed_mean(share: float) -> Estimator:
    """The mean without the ``share`` lowest and the ``share`` highest votes of each picture."""

    def estimator(ballot: Ballot, last: Belief | None) -> Belief:
        picture, values = _columns(ballot)
        order = np.lexsort((values, picture))
        counts = np.bincount(picture, minlength=ballot.pictures)
        starts = np.cumsum(counts) - counts
        seat = np.arange(len(order)) - starts[picture[order]]
        cut = np.floor(share * counts)[picture[order]]
        kept = order[(seat >= cut) & (seat < counts[picture[order]] - cut)]
        mean = plain_means(picture[kept], values[kept], ballot.pictures)
        return _believed(ballot, mean, np.square(values - mean[picture]))

    return estimator


def subject_model(ballot: Ballot, last: Belief | None) -> Belief:
    """Bias and inconsistency of each rater by maximum likelihood: ITU-T P.910 (2023), Annex E.

    The alternating projection of Li, Bampis et al. (2020, "A simple model for subject behavior"):
    quality and bias are means of what the other leaves over, votes weigh by the inverse variance
    of their rater's residuals.
    """
    picture, values = _columns(ballot)
    rater = ballot.scores.rater.astype(np.intp)
    mean = plain_means(picture, values, ballot.pictures)
    weight = np.ones(len(values))
    for _ in range(_ROUNDS if len(values) else 0):
        bias = plain_means(rater, values - mean[picture], ballot.raters)
        bias -= bias[rater].mean()
        variance = _variances(rater, values - mean[picture] - bias[rater], ballot.raters)
        weight = 1.0 / np.maximum(variance, 0.05)[rater]
        sums = np.bincount(picture, weights=weight * (values - bias[rater]), minlength=len(mean))
        total = np.bincount(picture, weights=weight, minlength=len(mean))
        mean = np.where(total > 0, sums / np.maximum(total, 1e-9), mean)
    return _believed(ballot, mean, 1.0 / weight)


def rater_model(settings: FitSettings | None = None) -> Estimator:
    """``ml.raters.model``, each fit begun where the last one ended."""
    chosen = settings or FitSettings()

    def estimator(ballot: Ballot, last: Belief | None) -> Belief:
        start = last.opinion if last else None
        opinion = fit(ballot, start=start, settings=chosen)
        noise = opinion.noise_typical
        return Belief(opinion.mean, opinion.sd, opinion.votes.astype(np.intp), noise, opinion)

    return estimator


def _columns(ballot: Ballot) -> tuple[Places, Array]:
    values: Array = points(ballot.levels)[ballot.scores.level]
    return ballot.scores.picture.astype(np.intp), values


def _variances(owner: Places, gaps: Array, count: int) -> Array:
    """(count,) mean squares of (n,) gaps; the mean of all where there are none."""
    return plain_means(owner, np.square(gaps), count)


def _believed(ballot: Ballot, mean: Array, squares: Array) -> Belief:
    """A belief from (n,) expected squared errors of the votes."""
    picture = ballot.scores.picture.astype(np.intp)
    votes = np.bincount(picture, minlength=ballot.pictures)
    free = len(squares) - np.count_nonzero(votes)
    common = float(squares.sum()) / free if free else _UNSEEN**2
    sums = np.bincount(picture, weights=squares, minlength=ballot.pictures)
    own = (sums + _LIKE_OTHERS * common) / (np.maximum(votes - 1, 0) + _LIKE_OTHERS)
    sd = np.where(votes > 0, np.sqrt(own / np.maximum(votes, 1)), _UNSEEN)
    return Belief(mean, sd, votes, max(float(np.sqrt(common)), 0.1))
