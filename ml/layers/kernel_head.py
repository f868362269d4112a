"""From pooled features to distributions, by likeness to pictures that people have judged.

Gaussian process regression with one covariance for all crowds (Rasmussen and Williams 2006,
equation 2.25; intrinsic coregionalisation, Bonilla et al. 2007, equation 1): a picture's shares are
its crowd's base plus what each known picture pulls, by how alike the two look.
"""

import torch
from torch import Tensor, nn

from ml.contracts.votes import BINS

CLIP = 6.0
FLOOR = 1e-6


class KernelHead(nn.Module):
    """Standardise, project, compare with ``support`` known pictures, add what they pull.

    ``centre`` and ``scale`` (panels, features) are the moments of each panel's own pictures, so
    that tiles and photos meet on one ground; ``directions`` (rank, features) and ``origin``
    (rank,) project; ``known`` (support, rank) are the judged pictures; ``pull`` (panels, support,
    bins) and ``base`` (panels, bins) turn likeness into shares. Standardised features are clipped
    at 6 so that a picture unlike any known one cannot reach absurdity: far from all of them, the
    answer is the base.
    """

    centre: Tensor
    scale: Tensor
    directions: Tensor
    origin: Tensor
    known: Tensor
    sharpness: Tensor
    pull: Tensor
    base: Tensor

    def __init__(self, features: int, *, panels: int, rank: int, support: int) -> None:
        """Untrained, it says 1/10 for every bin. Raises ValueError for a size below 1."""
        super().__init__()
        if min(features, panels, rank, support) < 1:
            raise ValueError(
                f"no head of {features} features, {panels} panels, rank {rank}, "
                f"{support} known pictures"
            )
        self.register_buffer("centre", torch.zeros(panels, features))
        self.register_buffer("scale", torch.ones(panels, features))
        self.register_buffer("directions", torch.zeros(rank, features))
        self.register_buffer("origin", torch.zeros(rank))
        self.register_buffer("known", torch.zeros(support, rank))
        self.register_buffer("sharpness", torch.ones(()))
        self.register_buffer("pull", torch.zeros(panels, support, BINS))
        self.register_buffer("base", torch.full((panels, BINS), 1.0 / BINS))

    def forward(self, features: Tensor, panel: int) -> Tensor:
        """(B, F) -> (B, 10), rows sum to 1, as the crowd number ``panel`` would vote."""
        likeness = self.likeness(self.placed(features, panel))
        shares = self.base[panel] + likeness @ self.pull[panel]  # (B, 10)
        positive = shares.clamp_min(FLOOR)
        return positive / positive.sum(dim=1, keepdim=True)

    def placed(self, features: Tensor, panel: int) -> Tensor:
        """(B, F) -> (B, rank), where pictures lie: alike ones close together."""
        ready = (features - self.centre[panel]) / self.scale[panel]
        return ready.clamp(-CLIP, CLIP) @ self.directions.T - self.origin

    def likeness(self, placed: Tensor) -> Tensor:
        """(B, rank) -> (B, support), 1 for the same place, towards 0 far away."""
        squares = (placed**2).sum(dim=1, keepdim=True) + (self.known**2).sum(dim=1)
        distances = (squares - 2.0 * placed @ self.known.T).clamp_min(0.0)
        return torch.exp(-self.sharpness * distances)
