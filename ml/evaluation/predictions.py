"""Predictions that others published, matched by picture with the votes."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.evaluation.checks import BadRowsError, checked_shares
from ml.evaluation.metrics import Array

_IDS = "image_id"


class PredictionFileError(ValueError):
    """The file holds no predictions for these pictures: the operator must give another."""


@dataclass(frozen=True, slots=True, eq=False)
class PublishedModel:
    """Distributions (n, k) that one model gave, in the order of the matched keys."""

    name: str
    shares: Array


@dataclass(frozen=True, slots=True)
class Matched:
    """``rows``: positions in the label table; ``unmatched``: predicted pictures without votes."""

    rows: tuple[int, ...]
    models: tuple[PublishedModel, ...]
    unmatched: int


def read_predictions(path: Path, *, keys: Sequence[str]) -> Matched:
    """An .npz with ``image_id`` (n,) and one (n, k) array for each model.

    Rows are normalised, as half precision leaves their sums a little off 1.
    Raises PredictionFileError.
    """
    arrays = _arrays(path)
    ids = [str(item) for item in arrays.pop(_IDS, np.array([])).tolist()]
    if not ids or not arrays or len(set(ids)) != len(ids):
        raise PredictionFileError(f"{path} needs {_IDS!r}, without repeats, and predictions")
    place = {key: row for row, key in enumerate(keys)}
    found = np.array([row for row, key in enumerate(ids) if key in place], dtype=np.intp)
    if len(found) < 2:
        raise PredictionFileError(f"fewer than two pictures of {path} have votes")
    return Matched(
        rows=tuple(place[ids[row]] for row in found),
        models=tuple(_model(path, name, array, ids, found) for name, array in arrays.items()),
        unmatched=len(ids) - len(found),
    )


def _model(
    path: Path, name: str, array: Array, ids: Sequence[str], found: np.ndarray[Any, Any]
) -> PublishedModel:
    try:
        shares = checked_shares(array)
    except BadRowsError as error:
        picture = "" if error.row is None else f", picture {ids[error.row]}"
        raise PredictionFileError(f"{path.name}, {name}{picture}: {error}") from error
    if len(shares) != len(ids):
        raise PredictionFileError(f"{name} has {len(shares)} rows for {len(ids)} pictures")
    kept = shares[found]
    return PublishedModel(name, kept / kept.sum(axis=1, keepdims=True))


def _arrays(path: Path) -> dict[str, Array]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        raise PredictionFileError(f"{path} is no readable .npz: {error}") from error
