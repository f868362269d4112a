"""What every backbone offers: maps at several stages, and the ImageNet classifier it came with."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from torch import Tensor, nn

from ml.layers.classifier import FrozenClassifier
from ml.models.weights import UnsupportedSourceError, WeightSource

# By module name: torchvision takes long to import, and whoever serves Lite needs none of it.
_HOMES = {
    "lite0": "ml.models.lite",
    "lite1": "ml.models.lite",
    "lite2": "ml.models.lite",
    "mobilenet-v1": "ml.models.mobilenet",
    "resnet50": "ml.models.resnet",
    "resnet101": "ml.models.resnet",
    "vgg16": "ml.models.vgg",
    "vgg19": "ml.models.vgg",
    "tiny": "ml.models.tiny",
}


class UnknownBackboneError(LookupError):
    """No backbone of that name: the caller's mistake."""


class NoClassifierError(RuntimeError):
    """These weights came without an ImageNet classifier: bring a source that has one."""


class NoTopPartError(UnknownBackboneError):
    """Nothing in this backbone can be taught apart from the rest: name another backbone."""


@dataclass(frozen=True, slots=True)
class Step:
    """How one map follows from another in space, square: what a convolution would need.

    ``padding``: rows and columns added before the first, for an even side; what is added after
    the last is what the size of the result asks for.
    """

    kernel: int
    stride: int = 1
    padding: int = 0

    def then(self, after: "Step") -> "Step":
        """Both in a row as one step, by the arithmetic of receptive fields."""
        return Step(
            kernel=self.kernel + (after.kernel - 1) * self.stride,
            stride=self.stride * after.stride,
            padding=self.padding + after.padding * self.stride,
        )


@dataclass(frozen=True, slots=True, eq=False)
class TopPart:
    """The end of a backbone: ``module`` leads from its map ``start`` to its last map.

    ``steps``: how many maps of the trail it makes, the last one among them.
    """

    start: int
    steps: int
    module: nn.Module


class Backbone(nn.Module, ABC):
    """A convolutional network as a source of maps, shallow to deep.

    ``channels`` and ``strides`` have one entry for each map; ``input_side`` is the square the
    network was made for, though others work. ``digest`` is the sha256 of the file its weights
    came from, empty while they are random.

    ``blocks`` gives more maps, of ``block_channels`` each. ``trail`` puts the stem's before them,
    where there is one; ``geometry`` has the step that leads to each map of the trail from the one
    before it, the first from the pixels.
    """

    name: str
    channels: tuple[int, ...]
    strides: tuple[int, ...]
    input_side: int
    block_channels: tuple[int, ...]
    geometry: tuple[Step, ...]

    def __init__(self) -> None:
        super().__init__()
        self.digest = ""
        self.classifier: FrozenClassifier | None = None

    @abstractmethod
    def forward(self, pixels: Tensor) -> list[Tensor]:
        """``pixels``: (B, 3, H, W), RGB in 0..255. Maps (B, channels[i], ~H/strides[i], ...)."""

    @abstractmethod
    def trail(self, pixels: Tensor) -> list[Tensor]:
        """``pixels``: (B, 3, H, W), RGB in 0..255. Stem, where there is one, then ``blocks``."""

    def blocks(self, pixels: Tensor) -> list[Tensor]:
        """``pixels``: (B, 3, H, W), RGB in 0..255. The output of every block, shallow to deep.

        Maps (B, block_channels[i], H_i, W_i); the last one is the last of ``forward``, except
        where that is pooled once more.
        """
        return self.trail(pixels)[-len(self.block_channels) :]

    @abstractmethod
    def load_imagenet(self, source: WeightSource) -> None:
        """Fill every parameter. Raises WeightsError of a kind that says what is wrong."""

    def classify(self, top: Tensor) -> Tensor:
        """The last map (B, C, h, w) -> (B, 1000) ImageNet logits. Raises NoClassifierError."""
        if self.classifier is None:
            raise NoClassifierError(f"the weights of {self.name} came without a classifier")
        logits: Tensor = self.classifier(top)
        return logits

    def top_part(self) -> TopPart:
        """A copy of the end, to be taught while the rest stays. Raises NoTopPartError."""
        raise NoTopPartError(f"{self.name} has no end that can be taught by itself")

    def refuse(self, source: WeightSource) -> UnsupportedSourceError:
        """The error for a kind of source that this backbone cannot be filled from."""
        return UnsupportedSourceError(f"{self.name} has no weights of kind {source.origin}")


def backbone_names() -> tuple[str, ...]:
    """All backbones, sorted."""
    return tuple(sorted(_HOMES))


def create_backbone(name: str, weights: WeightSource | None) -> Backbone:
    """Build a backbone, with random weights where ``weights`` is None.

    Raises UnknownBackboneError, or a WeightsError.
    """
    if name not in _HOMES:
        raise UnknownBackboneError(f"no backbone named {name}; there are {backbone_names()}")
    backbone = cast(Backbone, import_module(_HOMES[name]).build(name))
    if weights is not None:
        backbone.load_imagenet(weights)
    return backbone
