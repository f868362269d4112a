"""VGG16 and VGG19 (Simonyan and Zisserman 2015), built by torchvision, weights from its files."""

from collections.abc import Iterator

from torch import Tensor, nn
from torchvision.models import VGG16_Weights, VGG19_Weights
from torchvision.models.vgg import cfgs, make_layers

from ml.layers.normalise import ImageNetNormalise
from ml.models.backbone import Backbone, Step
from ml.models.published import CLASSES, read_published, split_classifier
from ml.models.weights import Origin, WeightSource, fill

_LAYOUTS = {"vgg16": cfgs["D"], "vgg19": cfgs["E"]}
_PUBLISHED = {
    "vgg16": (VGG16_Weights.IMAGENET1K_V1.url,),
    "vgg19": (VGG19_Weights.IMAGENET1K_V1.url,),
}
_POOLED_SIDE = 7
_HIDDEN = 4096


class Vgg(Backbone):
    """Maps after each of the five max poolings. The names of tensors are torchvision's."""

    channels = (64, 128, 256, 512, 512)
    strides = (2, 4, 8, 16, 32)
    input_side = 224

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.normalise = ImageNetNormalise()
        self.features = make_layers(_LAYOUTS[name], batch_norm=False)
        rows = list(_rows(name))
        self.block_channels = tuple(channels for channels, _ in rows)
        self.geometry = tuple(step for _, step in rows)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """``pixels``: (B, 3, H, W), RGB in 0..255. Returns five maps, shallow to deep."""
        maps, outputs = self.normalise(pixels), []
        for layer in self.features:
            maps = layer(maps)
            if isinstance(layer, nn.MaxPool2d):
                outputs.append(maps)
        return outputs

    def trail(self, pixels: Tensor) -> list[Tensor]:
        """Every convolution after its ReLU: 13 maps, or 16; none is pooled after the last."""
        maps, outputs = self.normalise(pixels), []
        for layer in self.features:
            maps = layer(maps)
            if isinstance(layer, nn.ReLU):
                outputs.append(maps)
        return outputs

    def load_imagenet(self, source: WeightSource) -> None:
        """From torchvision's file, or a local one with torchvision's names, classifier or not."""
        if source.origin is Origin.WHEEL:
            raise self.refuse(source)
        file = read_published(source, _PUBLISHED[self.name])
        pooled = self.channels[-1] * _POOLED_SIDE**2
        layers = {
            "classifier.0": (_HIDDEN, pooled),
            "classifier.3": (_HIDDEN, _HIDDEN),
            "classifier.6": (CLASSES, _HIDDEN),
        }
        body, classifier = split_classifier(file.tensors, layers=layers, pooled_side=_POOLED_SIDE)
        fill(self, body, name=self.name)
        self.classifier, self.digest = classifier, file.digest


def _rows(name: str) -> Iterator[tuple[int, Step]]:
    """Channels of each convolution, and its step with the pooling before it, if any."""
    before = Step(1)
    for entry in _LAYOUTS[name]:
        if isinstance(entry, int):
            yield entry, before.then(Step(3, 1, 1))
            before = Step(1)
        else:
            before = Step(2, 2)


def build(name: str) -> Vgg:
    """VGG16 or 19 with random weights."""
    return Vgg(name)
