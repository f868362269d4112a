"""Curves of a campaign for its dashboard: how votes spread around means, and three fits to them.

The protocol of Murray, Marchesotti & Perronnin, "AVA" (CVPR 2012), section 3: shares averaged
over the pictures of a band of the mean, each family fitted to them as `ml.evaluation.fits` does.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from scipy.stats import spearmanr

from ml.contracts.crowd import LEVELS
from ml.evaluation.fits import gamma_density, gaussian_density
from ml.raters.opinion import Opinion
from ml.raters.votes import Ballot, Floats, Scores

LEAST: Final = 5  # votes of a picture whose curve says something
MOST_POINTS: Final = 2000  # of the cloud; a page draws no more
LEAST_RANKED: Final = 3


def figures(ballot: Ballot, opinion: Opinion) -> dict[str, Any]:
    """Everything that the dashboard draws and that takes all votes to know."""
    found: dict[str, Any] = {"model": _model(ballot, opinion)}
    if ballot.levels == LEVELS and len(ballot.scores.rater):
        counts = histograms(ballot.scores, ballot.pictures, ballot.levels)
        kept = counts[counts.sum(axis=1) >= LEAST]
        shares = kept / kept.sum(axis=1, keepdims=True)
        found["curves"] = {"by_mean": list(_bands(shares)), "spread": _spread(shares)}
    return found


def histograms(scores: Scores, pictures: int, levels: int) -> Floats:
    """(pictures, levels) how often each step was given."""
    cells = scores.picture.astype(np.int64) * levels + scores.level
    counted = np.bincount(cells, minlength=pictures * levels).reshape(pictures, levels)
    return counted.astype(np.float64)


def raw_means(ballot: Ballot) -> Floats:
    """(pictures,) steps from 0, of the scores alone; not a number without any.

    The opinion leans on the scorer, which would agree with itself.
    """
    counts = histograms(ballot.scores, ballot.pictures, ballot.levels)
    votes = counts.sum(axis=1)
    given = counts @ np.arange(ballot.levels) / np.maximum(votes, 1)
    return np.where(votes > 0, given, np.nan)


def plain_noise(scores: Scores, pictures: int, levels: int) -> float | None:
    """Standard deviation of a vote around its picture's mean, habits and all, in points."""
    counts = histograms(scores, pictures, levels)
    votes = counts.sum(axis=1)
    several = votes > 1
    if not several.any():
        return None
    points = 1 + 9 * np.arange(levels) / (levels - 1)
    counts, votes = counts[several], votes[several]
    means = counts @ points / votes
    squares = counts @ np.square(points) - votes * np.square(means)
    return float(np.sqrt(squares.sum() / (votes - 1).sum()))


def _model(ballot: Ballot, opinion: Opinion) -> dict[str, Any]:
    """Rank correlation of what the scorer expected with what the crowd says of voted pictures."""
    assert ballot.prior_mean is not None
    known = np.isfinite(ballot.prior_mean) & (opinion.votes > 0)
    count = int(known.sum())
    if count < LEAST_RANKED or not len(ballot.scores.rater):
        return {"srcc": None, "n": count}
    expected, said = ballot.prior_mean[known], raw_means(ballot)[known]
    if np.ptp(expected) == 0 or np.ptp(said) == 0:
        return {"srcc": None, "n": count}
    return {"srcc": float(spearmanr(expected, said).statistic), "n": count}


def _bands(shares: Floats) -> Iterator[dict[str, Any]]:
    """Pictures by the step nearest to their mean; bands of one mind have no curve to fit."""
    band = np.rint(shares @ np.arange(1, LEVELS + 1)).astype(int)
    for step in np.unique(band):
        mean = shares[band == step].mean(axis=0, keepdims=True)
        if (mean > 0).sum() < 2:
            continue
        fits = {
            "gaussian": gaussian_density(mean),
            "gamma": gamma_density(mean),
            "gamma_reversed": gamma_density(mean[:, ::-1])[:, ::-1],
        }
        rmse = {name: float(np.sqrt(np.mean((fit - mean) ** 2))) for name, fit in fits.items()}
        curves = {name: np.round(fit[0], 5).tolist() for name, fit in fits.items()}
        yield {
            "bin": int(step), "entries": int((band == step).sum()),
            "distribution": np.round(mean[0], 5).tolist(), **curves, "rmse": rmse,
        }  # fmt: skip


def _spread(shares: Floats) -> list[list[float]]:
    """Mean and standard deviation of the votes of each picture."""
    at = np.arange(1, LEVELS + 1)
    means = shares @ at
    spread = np.sqrt(np.maximum(shares @ np.square(at) - means**2, 0))
    cloud = np.round(np.stack([means, spread], axis=1), 3)[:MOST_POINTS]
    points: list[list[float]] = cloud.tolist()
    return points
