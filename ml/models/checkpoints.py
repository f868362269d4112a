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


def pack_network(network: nn.Module, *, architecture: str) -> bytes:
    """The bytes of a safetensors file: every parameter and buffer of the state dict.

    Raises NotFiniteError, so that no broken file is shipped.
    """
    tensors = {name: _packed(name, value) for name, value in network.state_dict().items()}
    return save(tensors, metadata={_ARCHITECTURE: architecture})


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


def _packed(name: str, value: Tensor) -> Tensor:
    if not bool(torch.isfinite(value).all()):
        raise NotFiniteError(f"{name} holds numbers that are not finite")
    return value.detach().to("cpu", memory_format=torch.contiguous_format).contiguous()


def _metadata(path: Path) -> Mapping[str, str]:
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise UnreadableWeightsError(f"{path} is no safetensors file: {error}") from error
