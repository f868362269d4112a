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
    """A head that answers for every crowd in order. ``widths``: features of each backbone."""
    ground = _ground(crowds, emphasis=_emphasis(config, widths), rank=config.rank)
    distances = _squared_distances(ground.placed)
    sharpness = config.sharpness / float(np.median(distances))
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


def _emphasis(config: TrainConfig, widths: Sequence[int]) -> Array:
    """(F,) factors that give each backbone its share of a distance, however many features."""
    parts = zip(config.backbone_shares, widths, strict=True)
    return np.concatenate([np.full(width, np.sqrt(share / width)) for share, width in parts])


def _ground(crowds: Sequence[CrowdVotes], *, emphasis: Array, rank: int) -> _Ground:
    centre = np.stack([crowd.upright.mean(axis=0) for crowd in crowds])
    scale = np.stack([crowd.upright.std(axis=0) + LEAST_SCALE for crowd in crowds])
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
    """The first ``rank`` principal directions of (N, F), by the small side of the matrix."""
    values, vectors = np.linalg.eigh((centred @ centred.T).astype(np.float64))
    keep = slice(-1, -1 - min(rank, len(centred) - 1), -1)
    directions: Array = (vectors[:, keep] / np.sqrt(values[keep])).T @ centred
    missing = rank - len(directions)
    return np.pad(directions, ((0, missing), (0, 0)))


def _squared_distances(placed: Array) -> Array:
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
