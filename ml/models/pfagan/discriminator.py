"""The projection discriminator of Miyato and Koyama (2018), of a category and a histogram.

Equation 8 of the paper for a category, f = psi(phi(x)) + v_s . phi(x), and beside it the term of a
histogram whose matrix belongs to the category: y' U_s phi(x). The publication of PFAGAN names "a
joint model of semantics and aesthetics" without a formula; this form is ours. Every layer is
spectrally normalised (Miyato et al. 2018).
"""

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from ml.contracts.votes import BINS
from ml.models.pfagan.conditioning import Condition, HistogramScale
from ml.models.pfagan.generator import channels_at, convolution, sides_of


class DownBlock(nn.Module):
    """ReLU and two convolutions, halved, beside a way; the first block begins without ReLU."""

    def __init__(self, before: int, after: int, *, begins: bool = False, halves: bool) -> None:
        super().__init__()
        self.begins, self.halves = begins, halves
        self.first = spectral_norm(convolution(before, after, 3, gain=2**0.5))
        self.second = spectral_norm(convolution(after, after, 3, gain=2**0.5))
        self.beside = spectral_norm(convolution(before, after, 1))

    def forward(self, maps: Tensor) -> Tensor:
        """(B, before, H, W) -> (B, after, H/2, W/2), or of the same side."""
        ahead = maps if self.begins else functional.relu(maps)
        ahead = self.second(functional.relu(self.first(ahead)))
        if self.halves:
            # One pixel's convolution and averaging can change places.
            ahead, maps = functional.avg_pool2d(ahead, 2), functional.avg_pool2d(maps, 2)
        total: Tensor = ahead + self.beside(maps)
        return total


class Projection(nn.Module):
    """psi(phi) + v_s . phi + y' U_s phi, psi linear."""

    def __init__(self, features: int, *, categories: int) -> None:
        super().__init__()
        self.categories = categories
        self.psi = spectral_norm(_dense(features, 1, bias=True))
        self.v = spectral_norm(_dense(features, categories, bias=False))
        self.u = spectral_norm(_dense(features, categories * BINS, bias=False))

    def forward(self, features: Tensor, condition: Condition) -> Tensor:
        """Phi (B, D), the condition's histograms standardised -> (B,)."""
        rows = torch.arange(len(features), device=features.device)
        plain = self.psi(features).squeeze(1)
        by_category = self.v(features)[rows, condition.category]
        projected = self.u(features).view(len(features), self.categories, BINS)
        by_score = (projected[rows, condition.category] * condition.histogram).sum(dim=1)
        total: Tensor = plain + by_category + by_score
        return total


class Discriminator(nn.Module):
    """Pictures and what they should be in; above 0 for real."""

    def __init__(self, *, size: int, width: int, categories: int) -> None:
        """Raises ValueError for another size than 32, 64 or 128."""
        super().__init__()
        counts = [channels_at(side, size=size, width=width) for side in sides_of(size)[::-1]]
        self.scale = HistogramScale()
        self.blocks = nn.Sequential(
            DownBlock(3, counts[0], begins=True, halves=True),
            *(
                DownBlock(before, after, halves=True)
                for before, after in itertools.pairwise(counts[:-1])
            ),
            DownBlock(counts[-2], counts[-1], halves=False),
        )
        self.projection = Projection(counts[-1], categories=categories)

    def forward(self, pixels: Tensor, condition: Condition) -> Tensor:
        """(B, 3, size, size), RGB in -1..1 -> (B,)."""
        maps = self.blocks(pixels.contiguous(memory_format=torch.channels_last))
        features = functional.relu(maps).sum(dim=(2, 3))  # (B, D), summed as in the paper
        scores: Tensor = self.projection(features, self.scale(condition))
        return scores


def _dense(before: int, after: int, *, bias: bool) -> nn.Linear:
    layer = nn.Linear(before, after, bias=bias)
    nn.init.xavier_uniform_(layer.weight)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer
