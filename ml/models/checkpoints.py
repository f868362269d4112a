"""A whole trained network as one safetensors file that knows which network it belongs to."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ml.models.weights import (
    NotFiniteError,
    UnreadableWeightsError,
    WrongArchitectureError,
    fill,
    read_weight_file,
)

_ARCHITECTURE = "architecture"


def pack_network(network: nn.Module, *, architecture: str, half: bool = False) -> bytes:
    """The bytes of a safetensors file: every parameter and buffer of the state dict.

    ``half`` keeps matrices and kernels in half precision, and everything else in single: half the
    size. Raises NotFiniteError when a number does not survive, so that no broken file is shipped.
    """
    tensors = {
        name: _packed(name, value, half=half) for name, value in network.state_dict().items()
    }
    return save(tensors, metadata={_ARCHITECTURE: architecture})


def round_network(network: nn.Module, *, half: bool = False) -> None:
    """Give the network the numbers that a reader of its packed file will have."""
    rounded = {
        name: _packed(name, value, half=half).to(value)
        for name, value in network.state_dict().items()
    }
    network.load_state_dict(rounded, strict=True)


def load_network(network: nn.Module, path: Path, *, architecture: str) -> None:
    """Fill ``network`` from a packed file: all tensors, no others, same shapes, finite.

    Raises WrongArchitectureError when the file was packed for another ``architecture``, or any
    other WeightsError.
    """
    file = read_weight_file(path)
    packed_for = _metadata(path).get(_ARCHITECTURE, "")
    if packed_for != architecture:
        raise WrongArchitectureError(
            f"{path} holds a network of architecture {packed_for or 'unknown'}, not {architecture}"
        )
    fill(network, file.tensors, name=architecture)


def _packed(name: str, value: Tensor, *, half: bool) -> Tensor:
    plain = value.detach().to("cpu", memory_format=torch.contiguous_format).contiguous()
    if not plain.is_floating_point():
        return plain
    packed = plain.half() if half and plain.ndim >= 2 else plain.float()
    if not bool(torch.isfinite(packed).all()):
        raise NotFiniteError(f"{name} holds numbers that are not finite or too large to pack")
    return packed


def _metadata(path: Path) -> Mapping[str, str]:
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise UnreadableWeightsError(f"{path} is no safetensors file: {error}") from error
