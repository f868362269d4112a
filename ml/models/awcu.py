"""The branch of AWCU (Zhang et al. 2018): one pooled map for class and attributes alike.

The heads are linear on the mean-pooled top map, so that the class activation map of a head (Zhou
et al. 2016, equation 2), its weights times the channels, adds up to exactly what it answers: AesAM
for the aesthetic class, AttAM for an attribute.
"""

import torch
from torch import Tensor, nn

CLASSES = 2
HIGH = 1  # of the two classes, low and high


class AwcuBranch(nn.Module):
    """``class_weight`` (2, C), ``class_bias`` (2,): low and high aesthetic quality, as logits.

    ``attribute_weight`` (K, C), ``attribute_bias`` (K,): the attributes in their own units, not
    cut to their range. Untrained, it says one half for both classes and 0 for every attribute.
    """

    class_weight: Tensor
    class_bias: Tensor
    attribute_weight: Tensor
    attribute_bias: Tensor

    def __init__(self, channels: int, attributes: int) -> None:
        super().__init__()
        self.register_buffer("class_weight", torch.zeros(CLASSES, channels))
        self.register_buffer("class_bias", torch.zeros(CLASSES))
        self.register_buffer("attribute_weight", torch.zeros(attributes, channels))
        self.register_buffer("attribute_bias", torch.zeros(attributes))

    def forward(self, top: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) -> shares of the classes (B, 2), rows sum to 1, and values (B, K)."""
        pooled = top.mean(dim=(2, 3))  # (B, C)
        logits = pooled @ self.class_weight.T + self.class_bias
        return logits.softmax(dim=1), pooled @ self.attribute_weight.T + self.attribute_bias
