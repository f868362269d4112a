"""Pooled statistics of feature maps: what a picture holds, without where."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

# The root of a variance of exactly zero has no gradient: a dead channel would spread NaN.
_LEAST_VARIANCE = 1e-26


class StagePooling(nn.Module):
    """Mean and standard deviation over space of every channel of every stage, side by side."""

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """``stages``: maps (B, C_i, H_i, W_i). Returns (B, 2 * sum C_i), stage after stage."""
        pooled: list[Tensor] = []
        for stage in stages:
            flat = stage.flatten(2)  # (B, C, H*W)
            variance, mean = torch.var_mean(flat, dim=2, correction=0)  # both (B, C)
            pooled += [mean, variance.clamp_min(_LEAST_VARIANCE).sqrt()]
        return torch.cat(pooled, dim=1)


class TopPooling(nn.Module):
    """Mean over space of every channel of the last stage, as NIMA (section III-B) pools."""

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """``stages``: maps, the last one (B, C, H, W). Returns (B, C)."""
        return stages[-1].mean(dim=(2, 3))
