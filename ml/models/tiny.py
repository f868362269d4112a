"""A backbone of a few hundred parameters, for tests: same kind of computation, no wheel."""

from collections import OrderedDict
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.layers.classifier import FrozenClassifier
from ml.models.backbone import Backbone, Step, TopPart
from ml.models.weights import Origin, WeightSource, fill, read_weight_file

TINY_SEED = 7
CLASSES = 1000


class TinyBackbone(Backbone):
    """Two strided convolutions with fixed random weights that stand in for a pretrained net."""

    name = "tiny"
    channels = (4, 8)
    strides = (2, 4)
    input_side = 32
    block_channels = channels
    geometry = (Step(3, 2, 1), Step(3, 2, 1))

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, self.channels[0], 3, stride=2, padding=1)
        self.second = nn.Conv2d(self.channels[0], self.channels[1], 3, stride=2, padding=1)
        generator = torch.Generator().manual_seed(TINY_SEED)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
        classes = torch.randn(CLASSES, self.channels[1], generator=generator)
        self.classifier = FrozenClassifier([(classes, torch.zeros(CLASSES))])

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """(B, 3, H, W) in 0..255 -> maps of H/2 and H/4."""
        shallow = functional.relu6(self.first((pixels - 127.0) / 128.0))
        return [shallow, functional.relu6(self.second(shallow))]

    def trail(self, pixels: Tensor) -> list[Tensor]:
        """The same two maps."""
        return self.forward(pixels)

    def top_part(self) -> TopPart:
        """The second convolution."""
        parts = OrderedDict(second=self.second, squash=nn.ReLU6())
        return TopPart(0, steps=1, module=nn.Sequential(deepcopy(parts)))

    def load_imagenet(self, source: WeightSource) -> None:
        """From a file; its "wheel" is the fixed random numbers it is made with."""
        if source.origin is Origin.FILE and source.path is not None:
            file = read_weight_file(source.path)
            fill(self, file.tensors, name=self.name)
            self.digest = file.digest
        elif source.origin is not Origin.WHEEL:
            raise self.refuse(source)


def build(name: str) -> TinyBackbone:
    """The tiny backbone; ``name`` is always tiny."""
    del name
    return TinyBackbone()
