"""Gradient x activation of one answer over the maps that it is pooled from.

Each map is taken as an input of its own: the gradient is that of the answer through this map's
pooling, not through the deeper maps that the network makes of it. So no share is counted twice,
and no convolution is run backwards.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ml.explain.grids import on_grid

Answer = Callable[[Sequence[Tensor]], Tensor]


def gradient_maps(stages: Sequence[Tensor], answer: Answer, *, side: int) -> Tensor:
    """(B, side, side), signed, in units of the answer.

    ``stages``: maps (B, C_i, h_i, w_i); ``answer`` makes (B,) of them. The mean of the map over
    space is the sum of gradient x activation over all stages.
    """
    leaves = [stage.detach().requires_grad_() for stage in stages]
    with torch.enable_grad():
        gradients = torch.autograd.grad(answer(leaves).sum(), leaves)
    sums = [
        on_grid(_density(gradient, leaf.detach()), side)
        for gradient, leaf in zip(gradients, leaves, strict=True)
    ]
    return torch.stack(sums).sum(dim=0).squeeze(1)


def _density(gradient: Tensor, activation: Tensor) -> Tensor:
    """(B, C, h, w) twice -> (B, 1, h, w): by cell, times their number to outlast a new grid."""
    cells = activation.shape[2] * activation.shape[3]
    return cells * (gradient * activation).sum(dim=1, keepdim=True)
