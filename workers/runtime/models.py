"""What the drains know of a loaded model. Free of torch: the parent of the pool imports it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from PIL import Image

from ml.contracts.results import ScoreResult
from webapp.registry.models import ModelVersion


class ModelUnusableError(Exception):
    """No model can judge: the operator must repair its files or register one. Work waits."""


class LoadedModel(ABC):
    """A verified model version on its device."""

    def __init__(self, version: ModelVersion, *, batch_size: int, device: str) -> None:
        self.version = version
        self.batch_size = batch_size
        self.device = device

    @abstractmethod
    def predict_batch(self, images: Sequence[Image.Image]) -> list[ScoreResult | None]:
        """One result a picture, in order; None for a picture that exceeds the memory alone."""
