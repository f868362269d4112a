"""Where the files of a model version lie; those that were trained here are written out once."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from ml.contracts.card import file_digest
from ml.contracts.files import replace_file
from webapp.registry.models import ModelVersion, StoredWeights

DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class ModelFilesError(OSError):
    """The version neither ships with the code nor is kept: the operator must import it again."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The tensors and the card that describes them."""

    weights: Path
    card: Path


def folder() -> Path:
    """Where the files of versions lie that do not ship with the code."""
    return Path(settings.DATA_HOME) / "models"


def files_of(version: ModelVersion) -> ModelFiles:
    """That they are intact is for the loader to prove. Raises ModelFilesError."""
    if version.builtin:
        stem = settings.WEIGHTS_DIR / version.builtin
        files = ModelFiles(stem.with_suffix(".safetensors"), stem.with_suffix(".json"))
        if not (files.weights.is_file() and files.card.is_file()):
            raise ModelFilesError(f"the files of {version.name} ship no more")
        return files
    own = folder() / version.digest
    files = ModelFiles(own / "weights.safetensors", own / "card.json")
    if not files.weights.exists() or file_digest(files.weights) != version.digest:
        stored = StoredWeights.objects.filter(version=version).first()
        if stored is None:
            raise ModelFilesError(f"the weights of {version.name} are not kept")
        _forget_unknown()
        replace_file(files.weights, bytes(stored.data))
    replace_file(files.card, json.dumps(version.card).encode())
    return files


def _forget_unknown() -> None:
    """Files of versions that are no longer registered; what else lies there is not ours."""
    there = folder().iterdir() if folder().is_dir() else ()
    found = {each.name for each in there if DIGEST.fullmatch(each.name)}
    known = ModelVersion.objects.filter(digest__in=found).values_list("digest", flat=True)
    for name in found - set(known):
        shutil.rmtree(folder() / name, ignore_errors=True)
