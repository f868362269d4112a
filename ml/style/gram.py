"""Gram matrices and the losses between them (Gatys, Ecker and Bethge 2015, arXiv 1508.06576).

A style is what filters answer together, wherever in the picture they do.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

Maps = Mapping[str, Tensor]  # layer -> (B, N, M): N channels at M positions


def gram(maps: Tensor) -> Tensor:
    """G_ij = sum_k F_ik F_jk (equation 3). (B, N, M) -> (B, N, N)."""
    return maps @ maps.transpose(1, 2)


def layer_loss(made: Tensor, wanted: Tensor, *, positions: int) -> Tensor:
    """E_l = sum_ij (G_ij - A_ij)^2 / (4 N^2 M^2) (equation 4). Two (B, N, N) -> (B,).

    The product of the two matrices, as one finds it printed, is no distance: it is not 0 for
    equal matrices.
    """
    channels = made.shape[-1]
    return (made - wanted).square().sum(dim=(1, 2)) / (4 * channels**2 * positions**2)


def style_loss(made: Maps, wanted: Maps, weights: Mapping[str, float]) -> Tensor:
    """E_t = sum_l w_l E_l (equation 5). ``made`` holds maps, ``wanted`` mean Grams; -> (B,).

    ``wanted``: G / M, as ``mean_grams`` gives them: a style picture need not have as many positions
    as the one that is made. For equal M this is equation 4.
    """
    terms = []
    for layer, weight in weights.items():
        positions = made[layer].shape[-1]
        grams = gram(made[layer])
        terms.append(weight * layer_loss(grams, wanted[layer] * positions, positions=positions))
    return torch.stack(terms).sum(dim=0)


def mean_grams(maps: Maps) -> dict[str, Tensor]:
    """G / M of each layer, (B, N, N)."""
    return {layer: gram(each) / each.shape[-1] for layer, each in maps.items()}


def content_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """Half the squared distance of two maps (equation 1), by position and channel; -> (B,)."""
    return 0.5 * (made - wanted).square().mean(dim=(1, 2))


def total_variation(pixels: Tensor) -> Tensor:
    """Mean squared step to the right and down (Johnson et al. 2016, 3.2). (B, 3, H, W) -> (B,)."""
    down = (pixels[:, :, 1:] - pixels[:, :, :-1]).square().mean(dim=(1, 2, 3))
    across = (pixels[:, :, :, 1:] - pixels[:, :, :, :-1]).square().mean(dim=(1, 2, 3))
    return down + across
