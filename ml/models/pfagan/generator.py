"""The generator: a residual network after Miyato and Koyama (2018) with conditional norms.

Table 2 of their appendix: a dense layer to 4 x 4, residual blocks that double the side, and a
convolution. Channels at side r are ``width`` x min(8, size / r).
"""

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.contracts.generator_card import Conditioning
from ml.models.pfagan.conditioning import NORMS, Condition, HistogramScale
from ml.models.registry import register

SIZES = (32, 64, 128)
FIRST = 4
MOST_TIMES = 8


def channels_at(side: int, *, size: int, width: int) -> int:
    """How many channels the maps of side ``side`` have, in both networks."""
    return width * min(MOST_TIMES, size // side)


def sides_of(size: int) -> list[int]:
    """4, 8, ... ``size``. Raises ValueError for another size than 32, 64 or 128."""
    if size not in SIZES:
        raise ValueError(f"pictures have sides of {SIZES} pixels, not {size}")
    return [FIRST << step for step in range((size // FIRST).bit_length())]


def convolution(before: int, after: int, kernel: int, *, gain: float = 1.0) -> nn.Conv2d:
    """Keeps the side; first weights after Glorot and Bengio (2010)."""
    layer = nn.Conv2d(before, after, kernel, padding=kernel // 2)
    nn.init.xavier_uniform_(layer.weight, gain=gain)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class UpBlock(nn.Module):
    """Figure 7b of Miyato and Koyama: norm, ReLU, doubling and two convolutions, beside a way."""

    def __init__(
        self, before: int, after: int, *, conditioning: Conditioning, categories: int
    ) -> None:
        super().__init__()
        norm = NORMS[conditioning]
        self.first_norm = norm(before, categories=categories)
        self.first = convolution(before, after, 3, gain=2**0.5)
        self.second_norm = norm(after, categories=categories)
        self.second = convolution(after, after, 3, gain=2**0.5)
        self.beside = convolution(before, after, 1)

    def forward(self, maps: Tensor, condition: Condition) -> Tensor:
        """(B, before, H, W) -> (B, after, 2H, 2W)."""
        ahead = functional.relu(self.first_norm(maps, condition))
        ahead = self.first(_doubled(ahead))
        ahead = self.second(functional.relu(self.second_norm(ahead, condition)))
        # One pixel's convolution and doubling can change places.
        total: Tensor = ahead + _doubled(self.beside(maps))
        return total


class Generator(nn.Module):
    """Latents and conditions in, pictures out. ``latent``: how many numbers a latent has."""

    def __init__(
        self, *, size: int, width: int, latent: int, categories: int, conditioning: Conditioning
    ) -> None:
        """Raises ValueError for another size than 32, 64 or 128."""
        super().__init__()
        self.size, self.latent, self.categories = size, latent, categories
        counts = [channels_at(side, size=size, width=width) for side in sides_of(size)]
        self.scale = HistogramScale()
        self.dense = nn.Linear(latent, counts[0] * FIRST**2)
        nn.init.xavier_uniform_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)
        self.blocks = nn.ModuleList(
            UpBlock(before, after, conditioning=conditioning, categories=categories)
            for before, after in itertools.pairwise(counts)
        )
        self.norm = nn.BatchNorm2d(counts[-1])
        self.last = convolution(counts[-1], 3, 3)

    def forward(self, latents: Tensor, condition: Condition) -> Tensor:
        """(B, latent) -> (B, 3, size, size), RGB in -1..1."""
        asked = self.scale(condition)
        maps = self.dense(latents).view(len(latents), -1, FIRST, FIRST)
        maps = maps.contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            maps = block(maps, asked)
        return torch.tanh(self.last(functional.relu(self.norm(maps))))


def _doubled(maps: Tensor) -> Tensor:
    return functional.interpolate(maps, scale_factor=2, mode="nearest")


@register("pfagan")
def pfagan(
    *, pretrained: bool, size: int, width: int, latent: int, categories: int, conditioning: str
) -> Generator:
    """The untrained generator that a card's options describe. Nothing of it is pretrained."""
    del pretrained
    return Generator(
        size=size,
        width=width,
        latent=latent,
        categories=categories,
        conditioning=Conditioning(conditioning),
    )
