"""Load what explains and what coaches. Imported by the child of the gpu worker only."""

from functools import partial

import torch
from PIL import Image

from ml.coach.coach import Coach, load_coach
from ml.contracts.advice import Advice
from ml.contracts.card import DigestMismatchError
from ml.contracts.explanations import Explanation
from ml.explain.explainer import Explainer, load_explainer
from ml.inference.attributes import load_attribute_mapper
from webapp.registry.models import ModelVersion
from workers.runtime import device, weights
from workers.runtime.loading import REFUSALS
from workers.runtime.models import CoachingModel, ExplainingModel, ModelUnusableError


class ServingExplainer(ExplainingModel):
    """An explainer on the device."""

    def __init__(
        self, model: ModelVersion, scorer: ModelVersion, explainer: Explainer, *, on: torch.device
    ) -> None:
        super().__init__(model, scorer, device=device.describe(on))
        self._explainer = explainer

    def explain(self, image: Image.Image) -> Explanation | None:
        """None when the picture exceeds the memory."""
        return device.within_memory(partial(self._explainer.explain, image))


class ServingCoach(CoachingModel):
    """A coach on the device."""

    def __init__(
        self, scorer: ModelVersion, second: ModelVersion, coach: Coach, *, on: torch.device
    ) -> None:
        super().__init__(scorer, second, device=device.describe(on))
        self._coach = coach

    def advise(self, image: Image.Image) -> Advice | None:
        """None when the picture exceeds the memory."""
        return device.within_memory(partial(self._coach.advise, image))


def load_explaining(model: ModelVersion, scorer: ModelVersion) -> ExplainingModel:
    """Raises ModelUnusableError when files are not those that were registered and measured."""
    device.use_cores()
    chosen = device.best()
    explains, judges = weights.files_of(model), weights.files_of(scorer)
    try:
        explainer = load_explainer(
            explains.weights, explains.card, judges.weights, judges.card, device=chosen
        )
        _require_registered(model, explainer.digest)
    except REFUSALS as error:
        raise ModelUnusableError(f"{model.name} for {scorer.name}: {error}") from error
    return ServingExplainer(model, scorer, explainer, on=chosen)


def prove_attributes(model: ModelVersion) -> None:
    """Load it alone, as no scorer's fault is its own. Raises ModelUnusableError."""
    device.use_cores()
    files = weights.files_of(model)
    try:
        _, card = load_attribute_mapper(files.weights, files.card, device=device.best())
        _require_registered(model, card.sha256)
    except REFUSALS as error:
        raise ModelUnusableError(f"{model.name}: {error}") from error


def load_coaching(scorer: ModelVersion, second: ModelVersion) -> CoachingModel:
    """Raises ModelUnusableError when files are not those that were registered and measured."""
    device.use_cores()
    chosen = device.best()
    judges, checks = weights.files_of(scorer), weights.files_of(second)
    try:
        coach = load_coach(judges.weights, judges.card, checks.weights, checks.card, device=chosen)
        _require_registered(scorer, coach.digest)
        _require_registered(second, coach.second_digest)
    except REFUSALS as error:
        raise ModelUnusableError(f"{second.name} for {scorer.name}: {error}") from error
    return ServingCoach(scorer, second, coach, on=chosen)


def _require_registered(version: ModelVersion, digest: str) -> None:
    if digest != version.digest:
        raise DigestMismatchError(f"the files of {version.name} are not the registered version")
