"""Data sets of crops that people liked: GAICD, FCDB and FLMS, as their publishers lay them out.

Nothing of them is shipped. GAICD (Zeng et al. 2019, 2020) has opinions of many crops of each
picture, FCDB (Chen et al. 2017) one best crop and votes between pairs, FLMS (Fang et al. 2014)
up to ten good crops.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from ml.data.pictures import SUFFIXES
from ml.data.samples import DataSetError

Edges = NDArray[np.float64]  # (n, 4): left, top, right, bottom in pixels

_UNRATED = -2.0
_GAICD_FIELDS = 5
_FLMS_FILE = "500_image_dataset.mat"
_FCDB_FILES = {
    "train": "cropping_training_set.json",
    "test": "cropping_testing_set.json",
    "pairs": "ranking_annotation.json",
}


@dataclass(frozen=True, slots=True, eq=False)
class CropSample:
    """One picture and the crops that people judged.

    ``crops``: (n, 4) edges in pixels. ``opinions``: (n,) means, higher is better; empty where every
    crop is a good one. ``path`` None: the labels are there, the picture is not.
    """

    name: str
    path: Path | None
    crops: Edges
    opinions: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PairVotes:
    """Pairs of crops: (n, 2, 4) edges in pixels, and how many preferred each, (n, 2)."""

    pictures: int
    crops: Edges
    votes: NDArray[np.int64]


def read_gaicd(folder: Path, *, part: str = "test") -> tuple[CropSample, ...]:
    """The pictures of ``images/PART/``, with ``annotations/PART/`` or ``annotations/``.

    A line holds top, left, bottom, right and the mean opinion, -2 for a crop that nobody judged.
    Raises DataSetError.
    """
    images = folder / "images" / part
    if not images.is_dir():
        raise DataSetError(f"{folder} is no GAICD: there is no folder {images}")
    found = [_gaicd(path, folder / "annotations", part) for path in _pictures(images)]
    if not found:
        raise DataSetError(f"{images} holds no pictures")
    return tuple(found)


def read_fcdb(folder: Path, images: Path | None, *, part: str = "test") -> tuple[CropSample, ...]:
    """The best crops of ``part``, train or test.

    ``images`` holds files named as in the addresses, or by Flickr id. Raises DataSetError.
    """
    files = {} if images is None else _by_stem(images)
    samples: list[CropSample] = []
    for number, row in enumerate(_fcdb_rows(folder, part)):
        try:
            address = Path(str(row["url"]).rsplit("/", 1)[-1])
            crop = _from_sizes(np.array([row["crop"]], dtype=np.float64))
        except (KeyError, TypeError, ValueError) as error:
            raise DataSetError(f"FCDB's {part} row {number} is damaged: {error}") from error
        path = files.get(address.stem) or files.get(address.stem.split("_")[0])
        samples.append(CropSample(address.stem, path, crop, np.empty(0)))
    return tuple(samples)


def read_fcdb_pairs(folder: Path) -> PairVotes:
    """Every pair of crops that people voted on. Raises DataSetError."""
    crops: list[list[object]] = []
    votes: list[list[object]] = []
    rows = _fcdb_rows(folder, "pairs")
    for number, row in enumerate(rows):
        pairs = row.get("crops")
        if not isinstance(pairs, list):
            raise DataSetError(f"FCDB's row {number} of pairs has no crops")
        try:
            crops += [[pair["crop_0"], pair["crop_1"]] for pair in pairs]
            votes += [[pair["vote_for_0"], pair["vote_for_1"]] for pair in pairs]
        except (KeyError, TypeError) as error:
            raise DataSetError(f"FCDB's row {number} of pairs is damaged: {error}") from error
    try:
        edges = np.array(crops, dtype=np.float64).reshape(-1, 2, 4)
        counted = np.array(votes, dtype=np.int64).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise DataSetError(f"FCDB's pairs are not four numbers a crop: {error}") from error
    return PairVotes(len(rows), _from_sizes(edges), counted)


def read_flms(folder: Path) -> tuple[CropSample, ...]:
    """``image/`` and ``500_image_dataset.mat``: top, left, bottom, right, negative for none.

    Raises DataSetError.
    """
    table = folder / _FLMS_FILE
    try:
        rows = loadmat(table)["img_gt"]
        return tuple(_flms(row, folder / "image") for row in rows)
    except (OSError, KeyError, ValueError, IndexError, TypeError) as error:
        raise DataSetError(f"{table} is no table of FLMS: {error}") from error


def _gaicd(path: Path, annotations: Path, part: str) -> CropSample:
    places = (annotations / part / f"{path.stem}.txt", annotations / f"{path.stem}.txt")
    table = next((place for place in places if place.is_file()), None)
    if table is None:
        raise DataSetError(f"{path.name} has no annotations {places[0]}")
    try:
        rows = np.array([line.split() for line in table.read_text().splitlines() if line.strip()])
        numbers = rows.astype(np.float64).reshape(-1, _GAICD_FIELDS)
    except ValueError as error:
        raise DataSetError(f"{table} is not five numbers a line: {error}") from error
    rated = numbers[numbers[:, 4] != _UNRATED]
    return CropSample(path.stem, path, rated[:, [1, 0, 3, 2]], rated[:, 4])


def _flms(row: NDArray[np.object_], images: Path) -> CropSample:
    name = str(np.ravel(row[0][0])[0])
    edges = np.asarray(row[0][1], dtype=np.float64).reshape(-1, 4)
    kept = edges[(edges >= 0).all(axis=1)][:, [1, 0, 3, 2]]
    path = images / name
    return CropSample(Path(name).stem, path if path.is_file() else None, kept, np.empty(0))


def _fcdb_rows(folder: Path, part: str) -> list[Mapping[str, object]]:
    """The rows of one label file, its name perhaps with ``fcdb_`` before it."""
    name = _FCDB_FILES[part]
    path = next((p for p in (folder / f"fcdb_{name}", folder / name) if p.is_file()), None)
    if path is None:
        raise DataSetError(f"{folder} holds no {name}")
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataSetError(f"{path} is no JSON: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataSetError(f"{path} is no list of objects")
    return rows


def _from_sizes(boxes: Edges) -> Edges:
    """(..., 4) left, top, width, height -> edges. Raises ValueError for an empty box."""
    if not (boxes[..., 2:] > 0).all():
        raise ValueError("a box is empty")
    return np.concatenate([boxes[..., :2], boxes[..., :2] + boxes[..., 2:]], axis=-1)


def _by_stem(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise DataSetError(f"there is no folder {folder}")
    return {path.stem: path for path in _pictures(folder)}


def _pictures(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES)
