"""The merge layer of Malu et al. (2017): what all blocks of a network see, in one vector.

Each block's maps are averaged over space, brought to length 1, put side by side, and the whole is
brought to length 1. All lengths are those of one picture's own vector. The code that was published
with the paper normalises over the batch instead, so that a prediction depends on its company.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

_LEAST_LENGTH = 1e-12


class MergeLayer(nn.Module):
    """No parameters. Blocks of any number of channels and any sides."""

    def forward(self, blocks: Sequence[Tensor]) -> Tensor:
        """``blocks``: maps (B, C_i, H_i, W_i). Returns (B, sum C_i), rows of length 1."""
        pooled = [normalize(_pooled(block), dim=1, eps=_LEAST_LENGTH) for block in blocks]
        return normalize(torch.cat(pooled, dim=1), dim=1, eps=_LEAST_LENGTH)


def merge_scales(blocks: Sequence[Tensor]) -> Tensor:
    """(B, number of blocks): a merged feature is the mean of its channel's map times this.

    With the scales of a picture held fixed, a linear head is a weighted mean of the maps: that is
    what an attribute activation map draws.
    """
    lengths = [_pooled(block).norm(dim=1) for block in blocks]
    inner = torch.stack([1 / length.clamp_min(_LEAST_LENGTH) for length in lengths], dim=1)
    lit = torch.stack([(length > _LEAST_LENGTH).to(length) for length in lengths], dim=1)
    outer = lit.sum(dim=1, keepdim=True).sqrt().clamp_min(_LEAST_LENGTH)  # (B, 1)
    return lit * inner / outer


def _pooled(block: Tensor) -> Tensor:
    """Global average pooling: (B, C, H, W) -> (B, C)."""
    return block.mean(dim=(2, 3))
