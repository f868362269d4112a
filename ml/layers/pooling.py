"""Pooled statistics of feature maps: what a picture holds, without where."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class StagePooling(nn.Module):
    """Mean and standard deviation over space of every channel of every stage, side by side."""

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """``stages``: maps (B, C_i, H_i, W_i). Returns (B, 2 * sum C_i), stage after stage."""
        pooled: list[Tensor] = []
        for stage in stages:
            flat = stage.flatten(2)  # (B, C, H*W)
            variance, mean = torch.var_mean(flat, dim=2, correction=0)  # both (B, C)
            pooled += [mean, variance.sqrt()]
        return torch.cat(pooled, dim=1)
