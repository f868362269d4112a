"""Load a model version onto the device, verified. Imported by the child of the gpu worker only."""

from collections.abc import Sequence
from functools import partial

import torch
from django.conf import settings
from PIL import Image

from ml.contracts.card import CardError, DigestMismatchError
from ml.contracts.engine import Engine
from ml.contracts.results import ScoreResult
from ml.inference.base import ScorePredictor
from ml.inference.golden import GoldenMismatchError
from ml.inference.scoring import load_scorer
from ml.models.weights import WeightsError
from webapp.registry.models import ModelVersion
from workers.runtime import device, weights
from workers.runtime.models import ModelUnusableError, ScoringModel

REFUSALS = (CardError, DigestMismatchError, WeightsError, GoldenMismatchError, OSError)


class ServingScorer(ScoringModel):
    """A scorer on the device; halves a batch that does not fit into its memory."""

    def __init__(self, version: ModelVersion, predictor: ScorePredictor, *, on: torch.device):
        super().__init__(version, batch_size=device.batch_size(on), device=device.describe(on))
        self._predictor = predictor

    def predict_batch(self, images: Sequence[Image.Image]) -> list[ScoreResult | None]:
        """One result a picture, in order; None for a picture that does not fit even alone."""
        results = device.within_memory(partial(self._predictor.predict_batch, images))
        if results is not None:
            return list(results)
        if len(images) == 1:
            return [None]
        half = len(images) // 2
        return self.predict_batch(images[:half]) + self.predict_batch(images[half:])


def load(version: ModelVersion) -> ScoringModel:
    """Raises ModelUnusableError when the files are not those that were registered and measured."""
    device.use_cores()
    chosen = device.best()
    engine = Engine(settings.SCORER_ENGINE)
    try:
        files = weights.files_of(version)
        predictor = load_scorer(files.weights, files.card, device=chosen, engine=engine)
        if predictor.digest != version.digest:
            raise DigestMismatchError(f"{files.weights.name} is not the registered version")
    except REFUSALS as error:
        raise ModelUnusableError(f"{version.name}: {error}") from error
    return ServingScorer(version, predictor, on=chosen)
