"""ImageNet's mean and spread, as torchvision's networks were trained."""

import torch
from torch import Tensor, nn

# Of RGB in 0..1, from torchvision's documentation of its pretrained weights.
MEAN = (0.485, 0.456, 0.406)
SPREAD = (0.229, 0.224, 0.225)


class ImageNetNormalise(nn.Module):
    """(B, 3, H, W) in 0..255 -> the same shape, about zero mean and unit spread."""

    mean: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", 255 * torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("spread", 255 * torch.tensor(SPREAD).view(3, 1, 1), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        return (pixels - self.mean) / self.spread
