"""Class activation maps on the last map: AesAM and AttAM of AWCU (CAM: Zhou et al. 2016, eq. 2).

A linear head on the spatial mean of the last map is the spatial mean of a weighted sum of its
channels, so the map's mean over space is exactly the head's answer less its bias.
"""

import torch
from torch import Tensor


def class_maps(top: Tensor, weight: Tensor) -> Tensor:
    """(B, C, h, w) and one row of ``weight`` (K, C) for each head -> (B, K, h, w), signed."""
    return torch.einsum("kc,bchw->bkhw", weight, top)


def aesthetic_weight(class_weight: Tensor) -> Tensor:
    """(2, C) of the classes low and high -> (1, C), whose map is AesAM.

    The paper takes the row of the predicted class. The share of the high class depends on nothing
    but the difference of the two rows, so the map of the difference is the one that adds up to it.
    """
    return class_weight[1:] - class_weight[:1]
