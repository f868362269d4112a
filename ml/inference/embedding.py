"""Say where pictures lie in a scorer's space: alike ones close together, whatever their score."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ml.contracts.card import ScorerCard
from ml.data.transforms import to_pixels
from ml.inference.devices import open_device
from ml.inference.frozen import frozen, run_frozen
from ml.inference.scoring import open_scorer
from ml.models.scorer import Scorer
from ml.models.weights import WeightsError

Vectors = NDArray[np.float16]


class LoadedEmbedder:
    """The part of a scorer that comes before any judgement."""

    def __init__(self, network: Scorer, card: ScorerCard, *, device: torch.device) -> None:
        self._network = frozen(network, device=device)
        self._card = card
        self._panel = network.panels.index(card.panel)
        self._device = device

    @property
    def digest(self) -> str:
        """sha256 of the scorer's weights: vectors of one digest compare."""
        return self._card.sha256

    def vectors(self, images: Sequence[Image.Image]) -> Vectors:
        """(n, rank), in units that make the scorer's likeness of two pictures exp(-|a - b|^2).

        Raises UnusablePictureError for an object without pixels.
        """
        pixels = to_pixels(images, side=self._card.input_side)
        vectors = run_frozen(self._placed, pixels.to(self._device))
        found: Vectors = vectors.numpy().astype(np.float16)
        return found

    def _placed(self, pixels: Tensor) -> Tensor:
        return placed(self._network, self._network.features(pixels), self._panel)


def placed(network: Scorer, features: Tensor, panel: int) -> Tensor:
    """(B, F) -> (B, rank), in the units of `LoadedEmbedder.vectors`."""
    return network.head.sharpness.sqrt() * network.head.placed(features, panel)


def load_embedder(weights: Path, card: Path, *, device: torch.device | str) -> LoadedEmbedder:
    """Read and verify. Raises DeviceUnavailableError, CardError, DigestMismatchError, WeightsError.

    The last of a scorer that judges without comparing pictures too.
    """
    network, facts = open_scorer(weights, card)
    if not isinstance(network, Scorer):
        raise WeightsError(f"{facts.version} judges without comparing pictures")
    return LoadedEmbedder(network, facts, device=open_device(device))
