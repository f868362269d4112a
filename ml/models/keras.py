"""Read the weights that Keras writes as HDF5: of ``save_weights``, or of a whole saved model."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import torch
from torch import Tensor

from ml.models.weights import UnreadableWeightsError, read_bytes

SUFFIXES = (".h5", ".hdf5")
_WHOLE_MODEL = "model_weights"
_KERAS_3 = "vars"


@dataclass(frozen=True, slots=True)
class KerasWeights:
    """Arrays by (layer, weight), as ("conv1", "kernel"), in Keras' own axis order."""

    arrays: Mapping[tuple[str, str], Tensor]
    digest: str

    @property
    def layers(self) -> frozenset[str]:
        """The layers that have weights."""
        return frozenset(layer for layer, _ in self.arrays)


def read_keras(path: Path) -> KerasWeights:
    """Read a .h5 or .hdf5 file of Keras 1 or 2. An optimiser's state in it is left alone.

    Raises WeightsNotFoundError, or UnreadableWeightsError, also for the layout of Keras 3, which
    does not name its layers.
    """
    content = read_bytes(path)
    try:
        with h5py.File(BytesIO(content), "r") as file:
            arrays = _arrays(file.get(_WHOLE_MODEL, file))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UnreadableWeightsError(f"{path} is no HDF5 file of Keras: {error}") from error
    if any(layer == _KERAS_3 for layer, _ in arrays):
        raise UnreadableWeightsError(
            f"{path} has the layout of Keras 3, which names no layers; save the model as legacy .h5"
        )
    return KerasWeights(arrays, sha256(content).hexdigest())


def conv_kernel(array: Tensor) -> Tensor:
    """(h, w, in, out) -> (out, in, h, w)."""
    return array.permute(3, 2, 0, 1).contiguous()


def depthwise_kernel(array: Tensor) -> Tensor:
    """(h, w, in, 1) -> (in, 1, h, w)."""
    return array.permute(2, 3, 0, 1).contiguous()


def dense_kernel(array: Tensor) -> Tensor:
    """(in, out) -> (out, in)."""
    return array.t().contiguous()


def _arrays(root: "h5py.Group") -> dict[tuple[str, str], Tensor]:
    """Every dataset by the last two parts of its path: .../conv1/kernel:0 is (conv1, kernel)."""
    arrays: dict[tuple[str, str], Tensor] = {}

    def keep(path: str, item: object) -> None:
        if not isinstance(item, h5py.Dataset):
            return
        parts = path.split("/")
        key = (parts[-2] if len(parts) > 1 else "", parts[-1].partition(":")[0])
        if key in arrays:
            raise ValueError(f"two weights are named {'/'.join(key)}")
        arrays[key] = torch.from_numpy(np.asarray(item[()], dtype=np.float32))

    root.visititems(keep)
    return arrays
