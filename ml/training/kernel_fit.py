"""Fit one kernel head to the votes of several crowds, in closed form.

Each crowd's shares, less their mean and divided by the spread of its mean scores, are taken as
noisy looks at functions with covariance

    cov(f_p(x), f_q(x')) = B[p, q] exp(-|z(x) - z(x')|^2 w / m),  B[p, p] = 1, B[p, q] = kinship

where z projects standardised features onto their first principal components and m is the median
squared distance. A picture with n votes has noise ``prior_votes`` / n: on AVA the spread of votes
within a picture over that between pictures is 3.9 votes. So pictures with few votes weigh less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ml.contracts.config import TrainConfig
from ml.evaluation.metrics import Array, mean_scores
from ml.layers.kernel_head import CLIP, KernelHead

Features = NDArray[np.float32]
LEAST_SCALE = 1e-6
# Single precision tells no smaller component from rounding.
LEAST_COMPONENT = 1e-6


class KernelFitError(ValueError):
    """These pictures or votes teach nothing: the operator must bring others."""


class NotFiniteFeaturesError(KernelFitError):
    """A backbone gave NaN or infinity: whoever trained it must look at it."""


@dataclass(frozen=True, slots=True)
class CrowdVotes:
    """Pictures that one crowd judged.

    ``upright`` and ``mirror``: (n, F) features of each picture and of its mirror image;
    ``shares``: (n, 10); ``votes``: (n,) how many votes each picture has.
    """

    upright: Features
    mirror: Features
    shares: Array
    votes: Array


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where the pictures of all crowds meet: (P, F) moments, (q, F), (q,) and (N, q)."""

    centre: Features
    scale: Features
    directions: Array
    origin: Array
    placed: Array


def fit_kernel_head(
    crowds: Sequence[CrowdVotes], config: TrainConfig, *, widths: Sequence[int]
) -> KernelHead:
    """A head that answers for every crowd in order. ``widths``: features of each backbone.

    Raises KernelFitError for features that are not finite, pictures without votes, or pictures
    that mostly look exactly alike.
    """
    for number, crowd in enumerate(crowds):
        _check(number, crowd)
    ground = _ground(crowds, emphasis=_emphasis(config, widths), rank=config.rank)
    distances = squared_distances(ground.placed)
    sharpness = config.sharpness / _median_distance(distances)
    owner = np.concatenate([np.full(len(c.votes), number) for number, c in enumerate(crowds)])
    kin = np.where(np.eye(len(crowds), dtype=bool), 1.0, config.kinship)  # (P, P)
    covariance = np.exp(-sharpness * distances) * kin[owner][:, owner]
    noise = config.prior_votes / np.concatenate([crowd.votes for crowd in crowds])
    covariance[np.diag_indices_from(covariance)] += noise
    bases = np.stack([crowd.shares.mean(axis=0) for crowd in crowds])
    spreads = [_spread_of_means(crowd.shares) for crowd in crowds]
    targets = np.concatenate(
        [(c.shares - b) / s for c, b, s in zip(crowds, bases, spreads, strict=True)]
    )
    duals = np.linalg.solve(covariance, targets)  # (N, 10)
    pull = np.stack([s * kin[p][owner][:, None] * duals for p, s in enumerate(spreads)])
    return _filled(ground, sharpness=sharpness, pull=pull, base=bases)


def _check(number: int, crowd: CrowdVotes) -> None:
    for what, values in (("features", crowd.upright), ("mirrored features", crowd.mirror)):
        if not np.isfinite(values).all():
            row = int(np.argmin(np.isfinite(values).all(axis=1)))
            raise NotFiniteFeaturesError(
                f"picture {row} of crowd {number}: its {what} are not finite"
            )
    if not len(crowd.votes) or not (crowd.votes > 0).all():
        raise KernelFitError(f"crowd {number} has no pictures, or one that nobody voted on")


def _median_distance(distances: Array) -> float:
    median = float(np.median(distances))
    if not median > 0:
        raise KernelFitError("most pictures look exactly alike: there is nothing to tell apart")
    return median


def _emphasis(config: TrainConfig, widths: Sequence[int]) -> Array:
    """(F,) factors that give each backbone its share of a distance, however many features."""
    parts = zip(config.backbone_shares, widths, strict=True)
    return np.concatenate([np.full(width, np.sqrt(share / width)) for share, width in parts])


def _ground(crowds: Sequence[CrowdVotes], *, emphasis: Array, rank: int) -> _Ground:
    centre = np.stack([crowd.upright.mean(axis=0) for crowd in crowds])
    # Rounding of a constant feature grows with its size and must not be taken for a difference.
    scale = np.stack(
        [
            c.upright.std(axis=0) + LEAST_SCALE * (1 + np.abs(m))
            for c, m in zip(crowds, centre, strict=True)
        ]
    )
    seen = np.concatenate(
        [_both_views(c, m, s) for c, m, s in zip(crowds, centre, scale, strict=True)]
    ) * emphasis.astype(np.float32)  # (N, F)
    mean = seen.mean(axis=0)
    directions = _principal(seen - mean, rank=rank)  # (q, F)
    placed = (seen - mean).astype(np.float64) @ directions.T
    return _Ground(centre, scale, directions * emphasis, directions @ mean, placed)


def _both_views(crowd: CrowdVotes, centre: Features, scale: Features) -> Features:
    """Mean of the standardised features of a picture and of its mirror image, (n, F)."""
    views = [np.clip((v - centre) / scale, -CLIP, CLIP) for v in (crowd.upright, crowd.mirror)]
    both: Features = (views[0] + views[1]) / 2
    return both


def _principal(centred: Features, *, rank: int) -> Array:
    """The first ``rank`` principal directions of (N, F), by the small side of the matrix.

    (rank, F), rows of length 1; rows of zeros where the pictures do not vary in so many ways.
    """
    values, vectors = np.linalg.eigh((centred @ centred.T).astype(np.float64))  # ascending
    values, vectors = values[::-1][:rank], vectors[:, ::-1][:, :rank]
    real = values > LEAST_COMPONENT * values[0]
    directions: Array = (vectors[:, real] / np.sqrt(values[real])).T @ centred
    missing = rank - len(directions)
    return np.pad(directions, ((0, missing), (0, 0)))


def squared_distances(placed: Array) -> Array:
    """Between all rows of (N, q). (N, N), 0 or above."""
    squares = (placed**2).sum(axis=1)
    distances: Array = np.maximum(squares[:, None] + squares - 2 * placed @ placed.T, 0.0)
    return distances


def _spread_of_means(shares: Array) -> float:
    """How far the crowd's mean scores lie apart; 1 where they do not vary at all."""
    return float(mean_scores(shares).std()) or 1.0


def _filled(ground: _Ground, *, sharpness: float, pull: Array, base: Array) -> KernelHead:
    panels, support, _ = pull.shape
    rank, features = ground.directions.shape
    head = KernelHead(features, panels=panels, rank=rank, support=support)
    numbers = {
        "centre": ground.centre,
        "scale": ground.scale,
        "directions": ground.directions,
        "origin": ground.origin,
        "known": ground.placed,
        "sharpness": np.array(sharpness),
        "pull": pull,
        "base": base,
    }
    head.load_state_dict({name: torch.from_numpy(value).float() for name, value in numbers.items()})
    return head
