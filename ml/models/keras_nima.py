"""A NIMA that was trained with Keras: MobileNetV1, average pooling, dropout, ten-way softmax."""

from pathlib import Path

import torch

from ml.contracts.votes import BINS
from ml.models.keras import KerasWeights, dense_kernel, read_keras
from ml.models.mobilenet import MobileNetV1
from ml.models.nima import NIMA_DROPOUT, NimaNetwork
from ml.models.weights import TensorNamesError, check_tensor

_HEAD = "dense"


def import_keras_nima(path: Path, *, dropout: float = NIMA_DROPOUT) -> NimaNetwork:
    """The network of a Keras hdf5 file, as idealo's image-quality-assessment writes it.

    Raises a WeightsError that names what does not fit.
    """
    weights = read_keras(path)
    head = _head_layer(weights)
    backbone = MobileNetV1()
    backbone.take_keras(weights, other_layers=frozenset({head}))
    network = NimaNetwork(backbone, bins=BINS, dropout=dropout)
    parts = {"weight": dense_kernel(weights.arrays[head, "kernel"])}
    parts["bias"] = weights.arrays[head, "bias"]
    for name, tensor in parts.items():
        check_tensor(f"{head}/{name}", tensor, shape=network.head.state_dict()[name].shape)
    with torch.no_grad():
        network.head.load_state_dict(parts)
    return network


def _head_layer(weights: KerasWeights) -> str:
    """The name of the one dense layer: Keras numbers them, dense_1."""
    found = sorted(layer for layer in weights.layers if layer.startswith(_HEAD))
    if len(found) != 1:
        raise TensorNamesError(f"a NIMA has one dense layer; the file has {found}")
    if missing := {"kernel", "bias"} - {w for layer, w in weights.arrays if layer == found[0]}:
        raise TensorNamesError(f"{found[0]} lacks {sorted(missing)}")
    return found[0]
