"""Where the files of a model version lie."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from webapp.registry.models import ModelVersion


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The tensors and the card that describes them."""

    weights: Path
    card: Path


def files_of(version: ModelVersion) -> ModelFiles:
    """The files of a built-in version; that they are intact is for the loader to prove."""
    stem = settings.WEIGHTS_DIR / version.builtin
    return ModelFiles(stem.with_suffix(".safetensors"), stem.with_suffix(".json"))
