"""Losses of a generator and its discriminator."""

import torch
from torch import Tensor
from torch.nn import functional


def hinge_discriminator(real: Tensor, made: Tensor) -> Tensor:
    """Mean max(0, 1 - D(x)) + mean max(0, 1 + D(G(z))), equation 16 of Miyato et al. (2018).

    Scores (n,) and (m,) -> a number.
    """
    return functional.relu(1.0 - real).mean() + functional.relu(1.0 + made).mean()


def hinge_generator(made: Tensor) -> Tensor:
    """-mean D(G(z)), equation 17 of Miyato et al. (2018). (m,) -> a number."""
    return -made.mean()


def r1_penalty(scores: Tensor, pixels: Tensor) -> Tensor:
    """Mean |grad_x D(x)|^2 / 2 at real pictures, equation 9 of Mescheder et al. (2018).

    ``scores`` (n,) must come from ``pixels`` (n, ...), whose gradients are asked for.
    """
    (gradients,) = torch.autograd.grad(scores.sum(), pixels, create_graph=True)
    return gradients.square().flatten(1).sum(dim=1).mean() / 2
