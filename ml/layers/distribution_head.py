"""From pooled features to a distribution over ten bins."""

import torch
from torch import Tensor, nn

from ml.contracts.votes import BINS

CLIP = 8.0
FLOOR = 1e-6


class DistributionHead(nn.Module):
    """Standardise, one hidden layer, softmax; averaged over independently trained members.

    A straight line from features to shares may be mixed in: ``linear_share`` of the result. It
    errs differently from the members, so the mixture is better than either.
    ``centre`` and ``scale`` are the moments of the training features. Standardised features are
    clipped at 8 so that a picture unlike any training picture cannot push the head to absurdity.
    """

    centre: Tensor
    scale: Tensor

    def __init__(
        self,
        features: int,
        *,
        hidden: int,
        members: int,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        linear_share: float = 0.0,
    ) -> None:
        super().__init__()
        if not 0 <= linear_share < 1:
            raise ValueError(f"a share lies in [0, 1), not {linear_share}")
        self.register_buffer("centre", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        self.members = nn.ModuleList(
            nn.Sequential(
                nn.Dropout(input_dropout),
                nn.Linear(features, hidden),
                nn.ReLU(),
                nn.Dropout(dropout),
                nn.Linear(hidden, BINS),
            )
            for _ in range(members)
        )
        self.linear_share = linear_share
        self.linear = nn.Linear(features, BINS) if linear_share > 0 else None

    def forward(self, features: Tensor) -> Tensor:
        """(B, F) -> (B, 10), rows sum to 1."""
        ready = self.standardised(features)
        shares = [torch.softmax(member(ready), dim=1) for member in self.members]
        mixed = torch.stack(shares).mean(dim=0)
        if self.linear is None:
            return mixed
        line: Tensor = self.linear(ready).clamp_min(FLOOR)
        straight = line / line.sum(dim=1, keepdim=True)
        return (1 - self.linear_share) * mixed + self.linear_share * straight

    def standardised(self, features: Tensor) -> Tensor:
        """(B, F) -> (B, F), about zero mean and unit spread, within [-8, 8]."""
        return ((features - self.centre) / self.scale).clamp(-CLIP, CLIP)
