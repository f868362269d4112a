"""Earth mover's distance between rating distributions over ordered bins.

Talebi & Milanfar, "NIMA: Neural Image Assessment" (2018), equation 1:

    EMD(p, q) = ( 1/N * sum_k |CDF_p(k) - CDF_q(k)|^r ) ^ (1/r)

with N bins. r = 2 is usual for training, r = 1 is the classic transport cost divided by N.
A figure without its r says nothing: every report here names it.
"""

import torch
from torch import Tensor


def emd_per_row(p: Tensor, q: Tensor, *, r: int) -> Tensor:
    """Distance of each row pair. ``p``, ``q``: (rows, bins), rows sum to 1. Returns (rows,)."""
    if p.shape != q.shape or p.ndim != 2:
        raise ValueError(f"distributions are (rows, bins) alike, not {p.shape} and {q.shape}")
    gap = torch.cumsum(p, dim=1) - torch.cumsum(q, dim=1)
    if r == 1:
        return gap.abs().mean(dim=1)
    if r == 2:
        return _safe_root(gap.square().mean(dim=1))
    raise ValueError(f"r is 1 or 2, not {r}")


def _safe_root(value: Tensor) -> Tensor:
    """Square root whose gradient stays finite at 0, where a perfect row would give NaN."""
    return torch.sqrt(value.clamp_min(1e-12))
