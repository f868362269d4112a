"""MobileNetV1 (Howard et al. 2017) as Keras computes it, so that Keras' weights fit.

Keras pads one pixel at the right and bottom before a stride of 2, normalises with epsilon 1e-3,
cuts activations at 6 and wants pixels in -1..1. Width 1.0.
"""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.layers.classifier import FrozenClassifier
from ml.models.backbone import Backbone, Step
from ml.models.keras import SUFFIXES, KerasWeights, conv_kernel, depthwise_kernel, read_keras
from ml.models.weights import (
    Origin,
    TensorNamesError,
    WeightSource,
    WrongArchitectureError,
    check_tensor,
    fill,
    read_weight_file,
)

CLASSES = 1000
NORM_EPSILON = 1e-3
NORM_MOMENTUM = 0.01
STEM_CHANNELS = 32
# One row a block: channels out, stride.
BLOCKS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
    (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip
# A stage ends before the next stride of 2.
_STAGE_ENDS = (0, 2, 4, 10, 12)
_FIRST = "conv1"
_PREDICTIONS = "conv_preds"


class ConvNorm(nn.Module):
    """Convolution without bias, batch normalisation, ReLU6, padded as Keras pads."""

    def __init__(
        self, channels_in: int, channels_out: int, *, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        self.pads_after = stride == 2
        padding = 0 if self.pads_after else kernel // 2
        self.conv = nn.Conv2d(
            channels_in, channels_out, kernel, stride, padding, groups=groups, bias=False
        )
        self.norm = nn.BatchNorm2d(channels_out, eps=NORM_EPSILON, momentum=NORM_MOMENTUM)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', H // stride, W // stride)."""
        padded = functional.pad(maps, (0, 1, 0, 1)) if self.pads_after else maps
        return functional.relu6(self.norm(self.conv(padded)))


class MobileNetV1(Backbone):
    """Maps at the ends of the five resolutions."""

    name = "mobilenet-v1"
    channels = (64, 128, 256, 512, 1024)
    strides = (2, 4, 8, 16, 32)
    input_side = 224
    block_channels = tuple(channels for channels, _ in BLOCKS)

    def __init__(self) -> None:
        super().__init__()
        self.geometry = (_same_step(2), *(_same_step(stride) for _, stride in BLOCKS))
        self.stem = ConvNorm(3, STEM_CHANNELS, kernel=3, stride=2)
        pairs: list[nn.Module] = []
        channels_in = STEM_CHANNELS
        for channels_out, stride in BLOCKS:
            depth = ConvNorm(channels_in, channels_in, kernel=3, stride=stride, groups=channels_in)
            pairs.append(nn.Sequential(depth, ConvNorm(channels_in, channels_out, kernel=1)))
            channels_in = channels_out
        self.pairs = nn.ModuleList(pairs)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """``pixels``: (B, 3, H, W), RGB in 0..255. Returns five maps, shallow to deep."""
        maps = self.blocks(pixels)
        return [maps[index] for index in _STAGE_ENDS]

    def trail(self, pixels: Tensor) -> list[Tensor]:
        """The stem and every pair of depthwise and pointwise convolution: 14 maps."""
        maps = self.stem(pixels / 127.5 - 1.0)  # (B, 32, H/2, W/2)
        outputs = [maps]
        for pair in self.pairs:
            maps = pair(maps)
            outputs.append(maps)
        return outputs

    def load_imagenet(self, source: WeightSource) -> None:
        """From Keras' .h5 or .hdf5, with its classifier or without, or from our own tensors."""
        if source.origin is not Origin.FILE or source.path is None:
            raise self.refuse(source)
        if source.path.suffix in SUFFIXES:
            weights = read_keras(source.path)
            self.take_keras(weights, other_layers=frozenset({_PREDICTIONS}))
            self.classifier = _classifier(weights)
        else:
            file = read_weight_file(source.path)
            fill(self, file.tensors, name=self.name)
            self.classifier, self.digest = None, file.digest

    def take_keras(self, weights: KerasWeights, *, other_layers: frozenset[str]) -> None:
        """Fill from Keras layers; those in ``other_layers`` are the caller's business.

        Raises WrongArchitectureError, TensorNamesError, TensorShapeError or NotFiniteError.
        """
        if _FIRST not in weights.layers:
            raise WrongArchitectureError(
                f"the weights are not those of {self.name}: no layer {_FIRST} among "
                f"{sorted(weights.layers)[:4]}"
            )
        if odd := weights.layers - {layer for _, layer in _layers()} - other_layers:
            raise TensorNamesError(f"{self.name} has no layers {sorted(odd)[:4]}")
        tensors = dict(_renamed(weights.arrays))
        fill(self, tensors, name=self.name)
        self.digest = weights.digest


def build(name: str) -> MobileNetV1:
    """MobileNetV1 with random weights; there is one width."""
    del name
    return MobileNetV1()


def _same_step(stride: int) -> Step:
    """A 3 x 3 filter, padded after the last pixel at a stride of 2."""
    return Step(3, stride, padding=2 - stride)


def _layers() -> Iterator[tuple[str, str]]:
    """(our module, Keras layer), in the order of computation."""
    yield "stem.conv", _FIRST
    yield "stem.norm", "conv1_bn"
    for index in range(len(BLOCKS)):
        for part, short in enumerate(("dw", "pw")):
            yield f"pairs.{index}.{part}.conv", f"conv_{short}_{index + 1}"
            yield f"pairs.{index}.{part}.norm", f"conv_{short}_{index + 1}_bn"


def _renamed(arrays: Mapping[tuple[str, str], Tensor]) -> Iterator[tuple[str, Tensor]]:
    """The tensors of the body under our names; what is missing is left to the strict copy."""
    norm_parts = {
        "gamma": "weight", "beta": "bias",
        "moving_mean": "running_mean", "moving_variance": "running_var",
    }  # fmt: skip
    homes = {layer: module for module, layer in _layers()}
    for (layer, weight), array in arrays.items():
        if layer not in homes:
            continue
        if weight == "kernel" and array.ndim == 4:
            yield f"{homes[layer]}.weight", conv_kernel(array)
        elif weight == "depthwise_kernel" and array.ndim == 4:
            yield f"{homes[layer]}.weight", depthwise_kernel(array)
        else:
            yield f"{homes[layer]}.{norm_parts.get(weight, weight)}", array


def _classifier(weights: KerasWeights) -> FrozenClassifier | None:
    if _PREDICTIONS not in weights.layers:
        return None
    try:
        kernel, bias = (weights.arrays[_PREDICTIONS, part] for part in ("kernel", "bias"))
    except KeyError as missing:
        raise TensorNamesError(f"the classifier lacks {missing}") from missing
    shape = torch.Size((1, 1, BLOCKS[-1][0], CLASSES))
    check_tensor(f"{_PREDICTIONS}/kernel", kernel, shape=shape)
    check_tensor(f"{_PREDICTIONS}/bias", bias, shape=shape[-1:])
    return FrozenClassifier([(conv_kernel(kernel).flatten(1), bias)])
