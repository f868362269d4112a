"""ResNet50 and ResNet101 (He et al. 2016), built by torchvision, weights from its files."""

from collections.abc import Iterator
from typing import cast

from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import ResNet50_Weights, ResNet101_Weights, resnet50, resnet101

from ml.layers.normalise import ImageNetNormalise
from ml.models.backbone import Backbone, Step
from ml.models.published import CLASSES, read_published, split_classifier
from ml.models.weights import Origin, WeightSource, fill

_BUILDERS = {"resnet50": resnet50, "resnet101": resnet101}
_PUBLISHED = {
    "resnet50": (ResNet50_Weights.IMAGENET1K_V2.url, ResNet50_Weights.IMAGENET1K_V1.url),
    "resnet101": (ResNet101_Weights.IMAGENET1K_V2.url, ResNet101_Weights.IMAGENET1K_V1.url),
}


class ResNet(Backbone):
    """Maps of the four groups of residual blocks. The names of tensors are torchvision's."""

    channels = (256, 512, 1024, 2048)
    strides = (4, 8, 16, 32)
    input_side = 224

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        whole = _BUILDERS[name](weights=None)
        self.normalise = ImageNetNormalise()
        self.conv1, self.bn1 = whole.conv1, whole.bn1
        self.layer1, self.layer2 = whole.layer1, whole.layer2
        self.layer3, self.layer4 = whole.layer3, whole.layer4
        rows = list(self._rows())
        self.block_channels = tuple(channels for channels, _ in rows)
        first, *others = (step for _, step in rows)
        self.geometry = (Step(7, 2, 3), Step(3, 2, 1).then(first), *others)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """``pixels``: (B, 3, H, W), RGB in 0..255. Returns four maps, shallow to deep."""
        maps, outputs = _pooled(self._stem(pixels)), []
        for group in self._groups():
            maps = group(maps)
            outputs.append(maps)
        return outputs

    def trail(self, pixels: Tensor) -> list[Tensor]:
        """The stem before its pooling, then every residual block after its addition and ReLU.

        17 maps, or 34.
        """
        outputs = [self._stem(pixels)]
        maps = _pooled(outputs[0])
        for group in self._groups():
            for block in group:
                maps = block(maps)
                outputs.append(maps)
        return outputs

    def load_imagenet(self, source: WeightSource) -> None:
        """From torchvision's file, or a local one with torchvision's names, classifier or not."""
        if source.origin is Origin.WHEEL:
            raise self.refuse(source)
        file = read_published(source, _PUBLISHED[self.name])
        layers = {"fc": (CLASSES, self.channels[-1])}
        body, classifier = split_classifier(file.tensors, layers=layers, pooled_side=1)
        fill(self, body, name=self.name)
        self.classifier, self.digest = classifier, file.digest

    def _stem(self, pixels: Tensor) -> Tensor:
        return functional.relu(self.bn1(self.conv1(self.normalise(pixels))))  # (B, 64, H/2, W/2)

    def _groups(self) -> tuple[nn.Sequential, ...]:
        return (self.layer1, self.layer2, self.layer3, self.layer4)

    def _rows(self) -> Iterator[tuple[int, Step]]:
        """Channels of each residual block and the step of its only wide filter."""
        for group, channels in zip(self._groups(), self.channels, strict=True):
            for block in group:
                yield channels, Step(3, cast(int, block.stride), 1)


def _pooled(stem: Tensor) -> Tensor:
    return functional.max_pool2d(stem, 3, stride=2, padding=1)  # (B, 64, H/4, W/4)


def build(name: str) -> ResNet:
    """ResNet50 or 101 with random weights."""
    return ResNet(name)
