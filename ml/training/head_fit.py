"""Fit a distribution head to cached features with the EMD loss."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ml.contracts.config import TrainConfig
from ml.layers.distribution_head import CLIP, DistributionHead
from ml.losses.emd import emd_per_row
from ml.training.features import Features

_WARM_SHARE = 0.1


class TrainingStoppedError(RuntimeError):
    """The caller asked to stop: nothing was saved."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Rows to learn from: (n, F) features and (n, 10) shares, judged by one panel."""

    features: Features
    shares: Features


@dataclass(frozen=True, slots=True)
class _Material:
    inputs: Tensor  # (n, F), standardised
    targets: Tensor  # (n, 10)
    weights: Tensor  # (n,)
    source: Tensor  # (n,), 0 own panel, 1.. borrowed


def fit_head(
    own: Votes,
    borrowed: Sequence[Votes],
    config: TrainConfig,
    *,
    should_stop: Callable[[], bool] = lambda: False,
) -> DistributionHead:
    """Train a head on ``own``, with the rows of other panels at a lower weight.

    Each panel is standardised by its own moments and has its own base distribution, so only
    what the panels agree on is borrowed. Raises TrainingStoppedError.
    """
    torch.manual_seed(config.seed)
    head = DistributionHead(
        own.features.shape[1],
        hidden=config.hidden,
        members=config.members,
        dropout=config.dropout,
        input_dropout=config.input_dropout,
        linear_share=config.linear_share,
    )
    head.centre.copy_(torch.from_numpy(own.features.mean(axis=0)))
    head.scale.copy_(torch.from_numpy(own.features.std(axis=0) + 1e-6))
    material = _material(own, borrowed, weight=config.borrowed)
    for member in head.members:
        _fit_member(member, material, config, should_stop=should_stop)
    if head.linear is not None:
        _fit_linear(head.linear, own, penalty=config.linear_penalty)
    return head


def _fit_linear(linear: nn.Linear, own: Votes, *, penalty: float) -> None:
    """Ridge regression of the shares on the panel's own standardised features, in closed form."""
    known = _standardised(own.features).double()  # (n, F)
    targets = torch.from_numpy(own.shares).double()  # (n, 10)
    base = targets.mean(dim=0)
    kernel = known @ known.T / known.shape[1]
    kernel += penalty * torch.eye(len(known), dtype=torch.float64)
    slopes = known.T @ torch.linalg.solve(kernel, targets - base) / known.shape[1]  # (F, 10)
    with torch.no_grad():
        linear.weight.copy_(slopes.T)
        linear.bias.copy_(base)


def _material(own: Votes, borrowed: Sequence[Votes], *, weight: float) -> _Material:
    parts = [(own, 1.0, 0)]
    if weight > 0:
        parts += [(votes, weight, index + 1) for index, votes in enumerate(borrowed)]
    inputs = [_standardised(votes.features) for votes, _, _ in parts]
    return _Material(
        inputs=torch.cat(inputs),
        targets=torch.cat([torch.from_numpy(votes.shares) for votes, _, _ in parts]).float(),
        weights=torch.cat([torch.full((len(v.shares),), share) for v, share, _ in parts]),
        source=torch.cat([torch.full((len(v.shares),), index) for v, _, index in parts]),
    )


def _standardised(features: Features) -> Tensor:
    ready = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    return torch.from_numpy(np.clip(ready, -CLIP, CLIP)).float()


def _fit_member(
    member: nn.Module,
    material: _Material,
    config: TrainConfig,
    *,
    should_stop: Callable[[], bool],
) -> None:
    if not isinstance(member, nn.Sequential) or not isinstance(member[-1], nn.Linear):
        raise TypeError("a member ends in a linear layer")
    last = member[-1]
    base = _start(last, material)
    slopes = [parameter for parameter in member.parameters() if parameter is not last.bias]
    optimiser = torch.optim.AdamW(
        [
            {"params": slopes, "weight_decay": config.weight_decay},
            {"params": [base], "weight_decay": 0.0},
        ],
        lr=config.learning_rate,
        fused=True,
    )
    batches = len(material.inputs) // config.batch or 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        max_lr=config.learning_rate,
        total_steps=config.epochs * batches,
        pct_start=_WARM_SHARE,
    )
    member.train()
    for rows in _batches(len(material.inputs), config, batches):
        if should_stop():
            raise TrainingStoppedError("training was stopped")
        loss = _loss(member, base, material, rows, r=config.r)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    _finish(member, last, base)


def _start(last: nn.Linear, material: _Material) -> nn.Parameter:
    """Start every picture at its panel's mean distribution. Returns log shares (sources, 10)."""
    rows = [
        torch.log(material.targets[material.source == index].mean(dim=0) + 1e-4)
        for index in range(int(material.source.max()) + 1)
    ]
    with torch.no_grad():
        last.weight.mul_(0.1)
        last.bias.zero_()
    last.bias.requires_grad_(False)
    return nn.Parameter(torch.stack(rows))


def _batches(count: int, config: TrainConfig, batches: int) -> Iterator[Tensor]:
    for _ in range(config.epochs):
        order = torch.randperm(count)
        for index in range(batches):
            yield order[index * config.batch : (index + 1) * config.batch]


def _loss(member: nn.Module, base: Tensor, material: _Material, rows: Tensor, *, r: int) -> Tensor:
    logits = member(material.inputs[rows]) + base[material.source[rows]]  # (batch, 10)
    distances = emd_per_row(torch.softmax(logits, dim=1), material.targets[rows], r=r)
    weights = material.weights[rows]
    return (distances * weights).sum() / weights.sum()


def _finish(member: nn.Module, last: nn.Linear, base: Tensor) -> None:
    """Keep the own panel's base distribution as the bias; forget the borrowed ones."""
    with torch.no_grad():
        last.bias.copy_(base[0])
    last.bias.requires_grad_(True)
    member.eval()
