"""Files that torchvision publishes, found where the operator put them. Nothing is downloaded."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.hub import get_dir

from ml.layers.classifier import FrozenClassifier
from ml.models.weights import (
    Origin,
    TensorNamesError,
    WeightFile,
    WeightsNotFoundError,
    WeightSource,
    check_tensor,
    read_weight_file,
)

CLASSES = 1000


def read_published(source: WeightSource, urls: Sequence[str]) -> WeightFile:
    """The local file, or the first of ``urls`` whose file lies in the hub cache.

    Torchvision ends file names with the first digits of their sha256, which are checked.
    Raises WeightsNotFoundError that says where to put which file, or another WeightsError.
    """
    if source.origin is Origin.FILE and source.path is not None:
        return read_weight_file(source.path)
    folder = source.path or Path(get_dir()) / "checkpoints"
    names = [url.rsplit("/", 1)[-1] for url in urls]
    for name in names:
        if (folder / name).is_file():
            digest = Path(name).stem.rsplit("-", 1)[-1]
            return read_weight_file(folder / name, digest=digest)
    raise WeightsNotFoundError(
        f"put {' or '.join(names)} into {folder}; it is published at {urls[0]}"
    )


def split_classifier(
    tensors: Mapping[str, Tensor], *, layers: Mapping[str, tuple[int, int]], pooled_side: int
) -> tuple[dict[str, Tensor], FrozenClassifier | None]:
    """Take the classifier's layers out of published tensors: the rest, and the classifier.

    ``layers`` maps the name of each layer, first to last, to its (out, in). A file may lack all
    of them, not some. Raises a WeightsError.
    """
    names = [f"{layer}.{part}" for layer in layers for part in ("weight", "bias")]
    rest = {key: value for key, value in tensors.items() if key not in names}
    missing = [name for name in names if name not in tensors]
    if len(missing) == len(names):
        return rest, None
    if missing:
        raise TensorNamesError(f"the classifier is incomplete: missing {missing}")
    pairs: list[tuple[Tensor, Tensor]] = []
    for layer, (out, inputs) in layers.items():
        weight, bias = tensors[f"{layer}.weight"], tensors[f"{layer}.bias"]
        check_tensor(f"{layer}.weight", weight, shape=torch.Size((out, inputs)))
        check_tensor(f"{layer}.bias", bias, shape=torch.Size((out,)))
        pairs.append((weight, bias))
    return rest, FrozenClassifier(pairs, pooled_side=pooled_side)
