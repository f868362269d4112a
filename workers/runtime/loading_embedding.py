"""Load what says where pictures lie. Imported by the child of the gpu worker only."""

from functools import partial

import torch
from PIL import Image

from ml.contracts.card import DigestMismatchError
from ml.inference.embedding import LoadedEmbedder, load_embedder
from webapp.registry.models import ModelVersion
from workers.runtime import device, weights
from workers.runtime.loading import REFUSALS
from workers.runtime.models import EmbeddingModel, ModelUnusableError


class ServingEmbedder(EmbeddingModel):
    """An embedder on the device."""

    def __init__(self, version: ModelVersion, embedder: LoadedEmbedder, *, on: torch.device):
        super().__init__(version, device=device.describe(on))
        self._embedder = embedder

    def place(self, image: Image.Image) -> bytes | None:
        """None when the picture exceeds the memory."""
        found = device.within_memory(partial(self._embedder.vectors, [image]))
        return None if found is None else found.tobytes()


def load_embedding(version: ModelVersion) -> EmbeddingModel:
    """Raises ModelUnusableError when the files are not those that were registered."""
    device.use_cores()
    chosen = device.best()
    files = weights.files_of(version)
    try:
        embedder = load_embedder(files.weights, files.card, device=chosen)
        if embedder.digest != version.digest:
            raise DigestMismatchError(f"{files.weights.name} is not the registered version")
    except REFUSALS as error:
        raise ModelUnusableError(f"{version.name}: {error}") from error
    return ServingEmbedder(version, embedder, on=chosen)
