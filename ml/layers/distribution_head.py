"""From pooled features to a distribution over ten bins."""

import torch
from torch import Tensor, nn

from ml.contracts.votes import BINS

CLIP = 8.0


class DistributionHead(nn.Module):
    """Standardise, one hidden layer, softmax; averaged over independently trained members.

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
    ) -> None:
        super().__init__()
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

    def forward(self, features: Tensor) -> Tensor:
        """(B, F) -> (B, 10), rows sum to 1."""
        ready = self.standardised(features)
        shares = [torch.softmax(member(ready), dim=1) for member in self.members]
        return torch.stack(shares).mean(dim=0)

    def standardised(self, features: Tensor) -> Tensor:
        """(B, F) -> (B, F), about zero mean and unit spread, within [-8, 8]."""
        return ((features - self.centre) / self.scale).clamp(-CLIP, CLIP)
