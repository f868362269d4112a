"""Attribute activation maps over all blocks of a network (Malu et al. 2017, section 3.2).

The head sees every block i as its spatial mean g_i, divided by its length, and all of them joined
and divided by the joint length N:

    z = sum_i w_i . g_i / (|g_i| N) + bias

Take both lengths as they are, as constants. Then z - bias is linear in the activations, and what
channel c of block i adds at a place is w_ic A_ic / (|g_i| N): the *terms*. Three facts follow, and
the tests hold them to the last digit that float32 has:

- signed terms, summed over channels and averaged over space, give z - bias: nothing is lost;
- the signed map is gradient x activation of z at fixed lengths, times the number of cells;
- it is not gradient x activation of z itself. z does not change when a block is scaled, so by
  Euler's theorem gradient x activation through the lengths sums to zero in every block: it says
  where a block speaks for the attribute more than its own average, not whether it does. The tanh
  multiplies all of it by one positive number, which changes no map once scaled.

Malu's map keeps the positive part of every channel's term. Published, the activations are first
averaged to the grid of the last block; here each block's terms are taken on its own grid, and only
their sum is brought to a common finer one.
"""

from collections.abc import Sequence
from enum import StrEnum

import torch
from torch import Tensor
from torch.nn import functional

from ml.explain.grids import on_grid
from ml.layers.merge import merge_scales


class Terms(StrEnum):
    """Which terms of a channel count."""

    POSITIVE = "positive"  # the rectified terms of the paper: what speaks for
    SIGNED = "signed"  # all of them: what speaks for less what speaks against


def merge_maps(
    blocks: Sequence[Tensor], weight: Tensor, *, side: int, terms: Terms = Terms.POSITIVE
) -> Tensor:
    """One map for each head on the grid (side, side), in units of z.

    ``blocks``: (B, C_i, h_i, w_i), shallow to deep; ``weight``: (K, sum C_i), in that order.
    Returns (B, K, side, side). Raises ValueError when the weights do not fit the blocks.
    """
    scaled = _at_fixed_length(blocks)
    parts = _parted(weight, scaled)
    sums = [
        on_grid(_sum_of_terms(block, part, terms), side)
        for block, part in zip(scaled, parts, strict=True)
    ]
    return torch.stack(sums).sum(dim=0)


def _at_fixed_length(blocks: Sequence[Tensor]) -> list[Tensor]:
    """Each block over its own length and the joint one, both of the spatial means."""
    scales = merge_scales(blocks)  # (B, number of blocks)
    return [block * scales[:, place, None, None, None] for place, block in enumerate(blocks)]


def _parted(weight: Tensor, blocks: Sequence[Tensor]) -> tuple[Tensor, ...]:
    channels = [block.shape[1] for block in blocks]
    if weight.shape[1] != sum(channels):
        raise ValueError(f"{weight.shape[1]} weights for blocks of {channels} channels")
    return torch.split(weight, channels, dim=1)


def _sum_of_terms(block: Tensor, weight: Tensor, terms: Terms) -> Tensor:
    """(B, C, h, w) and (K, C) -> (B, K, h, w).

    The positive part of w A is the product of both positive parts plus that of both negative
    ones, so that no (B, K, C, h, w) need be held.
    """
    if terms is Terms.SIGNED:
        return _weighted(block, weight)
    above = _weighted(functional.relu(block), functional.relu(weight))
    return above + _weighted(functional.relu(-block), functional.relu(-weight))


def _weighted(block: Tensor, weight: Tensor) -> Tensor:
    return torch.einsum("kc,bchw->bkhw", weight, block)
