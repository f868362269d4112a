"""A scorer of a few thousand parameters, for tests: same shape of computation, no wheel needed."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.models.registry import register
from ml.models.scorer import Scorer

TINY_SEED = 7


class TinyBackbone(nn.Module):
    """Two strided convolutions with fixed random weights that stand in for a pretrained net."""

    channels = (4, 8)

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, self.channels[0], 3, stride=2, padding=1)
        self.second = nn.Conv2d(self.channels[0], self.channels[1], 3, stride=2, padding=1)
        generator = torch.Generator().manual_seed(TINY_SEED)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """(B, 3, H, W) in 0..255 -> maps of H/2 and H/4."""
        shallow = functional.relu6(self.first((pixels - 127.0) / 128.0))
        return [shallow, functional.relu6(self.second(shallow))]


@register("tiny-scorer")
def tiny_scorer(
    *,
    pretrained: bool,
    panels: Sequence[str],
    hidden: int = 8,
    members: int = 1,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    linear_share: float = 0.0,
) -> Scorer:
    """The backbone is always the same, ``pretrained`` or not."""
    del pretrained
    return Scorer(
        TinyBackbone(),
        TinyBackbone.channels,
        panels=panels,
        hidden=hidden,
        members=members,
        dropout=dropout,
        input_dropout=input_dropout,
        linear_share=linear_share,
    )
