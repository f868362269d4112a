"""What the blocks of a frozen backbone see of a picture: the mean of every map over space."""

import torch
from torch import Tensor, nn

from ml.models.backbone import Backbone


class BlockPools(nn.Module):
    """Features that attribute heads are fitted on, before they are merged."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone

    @property
    def identity(self) -> str:
        """Name and digest of the backbone: the same identity, the same features."""
        return f"blocks {self.backbone.name} {self.backbone.digest}"

    def features(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, F), blocks side by side, shallow to deep."""
        return torch.cat([each.mean(dim=(2, 3)) for each in self.backbone.blocks(pixels)], dim=1)
