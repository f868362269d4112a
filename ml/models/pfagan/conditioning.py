"""How a category and a histogram of scores reach a generator: two layers behind one class."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ml.contracts.generator_card import Conditioning
from ml.contracts.votes import BINS

EMBEDDED = 16
SPREAD = 0.02  # of the first weights that a histogram meets
LEAST_SCALE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """What B pictures should be: ``category`` (B,) whole numbers, ``histogram`` (B, 10)."""

    category: Tensor
    histogram: Tensor

    def of(self, rows: Tensor) -> "Condition":
        """Those of some rows."""
        return Condition(self.category[rows], self.histogram[rows])

    def to(self, device: torch.device) -> "Condition":
        """The same on a device."""
        return Condition(self.category.to(device), self.histogram.to(device))

    def and_then(self, other: "Condition") -> "Condition":
        """Both, one after the other."""
        return Condition(
            torch.cat([self.category, other.category]),
            torch.cat([self.histogram, other.histogram]),
        )


class HistogramScale(nn.Module):
    """y' = (y - centre) / scale, with the mean histogram and the mean spread of its bins.

    An affine map of y' is one of y, so that the layers can say the same; but histograms differ
    by few hundredths, and without this a short training would hardly notice the difference.
    """

    centre: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("centre", torch.full((BINS,), 1.0 / BINS))
        self.register_buffer("scale", torch.ones(()))

    def fit(self, histograms: Tensor) -> None:
        """Take the moments of (n, 10) histograms."""
        self.centre.copy_(histograms.mean(dim=0))
        spread = histograms.var(dim=0, correction=0).mean().sqrt()
        self.scale.copy_(spread.clamp_min(LEAST_SCALE))

    def forward(self, condition: Condition) -> Condition:
        """The condition with y' for its histograms."""
        return Condition(condition.category, (condition.histogram - self.centre) / self.scale)


class ConditionalNorm(nn.Module, ABC):
    """o = lambda (h - mu) / sigma + beta for each channel, mu and sigma by batch normalisation."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)

    def forward(self, maps: Tensor, condition: Condition) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        scale, shift = self.affine(condition)
        normed: Tensor = self.norm(maps)
        return normed * scale[:, :, None, None] + shift[:, :, None, None]

    @abstractmethod
    def affine(self, condition: Condition) -> tuple[Tensor, Tensor]:
        """Lambda and beta, (B, C) each."""


class MixedConditionalNorm(ConditionalNorm):
    """Mixed-conditional batch normalisation of PFAGAN (seed 004; US patent 12,141,700).

    lambda_{s,a} = y_a' W_s^lambda + b_s^lambda, beta_{s,a} = y_a' W_s^beta + b_s^beta: two affine
    maps of the histogram for each category s.
    """

    def __init__(self, channels: int, *, categories: int) -> None:
        super().__init__(channels)
        self.scale_weight = nn.Parameter(torch.randn(categories, BINS, channels) * SPREAD)
        self.scale_bias = nn.Parameter(torch.ones(categories, channels))
        self.shift_weight = nn.Parameter(torch.randn(categories, BINS, channels) * SPREAD)
        self.shift_bias = nn.Parameter(torch.zeros(categories, channels))

    def affine(self, condition: Condition) -> tuple[Tensor, Tensor]:
        """Lambda and beta, (B, C) each."""
        of, y = condition.category, condition.histogram[:, None, :]  # (B, 1, 10)
        scale = torch.bmm(y, self.scale_weight[of]).squeeze(1) + self.scale_bias[of]
        shift = torch.bmm(y, self.shift_weight[of]).squeeze(1) + self.shift_bias[of]
        return scale, shift


class FilmNorm(ConditionalNorm):
    """FiLM (Perez et al. 2018, equation 2): one affine map of [embedding of s, y] for everything.

    What a score means is the same in every category, but for what is added for the category.
    """

    def __init__(self, channels: int, *, categories: int) -> None:
        super().__init__(channels)
        self.embedding = nn.Embedding(categories, EMBEDDED)
        self.map = nn.Linear(EMBEDDED + BINS, 2 * channels)
        nn.init.normal_(self.map.weight, std=SPREAD)
        with torch.no_grad():
            self.map.bias.copy_(torch.cat([torch.ones(channels), torch.zeros(channels)]))

    def affine(self, condition: Condition) -> tuple[Tensor, Tensor]:
        """Lambda and beta, (B, C) each."""
        together = torch.cat([self.embedding(condition.category), condition.histogram], dim=1)
        scale, shift = self.map(together).chunk(2, dim=1)
        return scale, shift


NORMS: Mapping[Conditioning, type[MixedConditionalNorm] | type[FilmNorm]] = {
    Conditioning.MIXED: MixedConditionalNorm,
    Conditioning.FILM: FilmNorm,
}
