"""The pictures that croppers learn from and are tested on: photos by rating, and paintings."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image

from ml.contracts.config import TrainConfig
from ml.data.opening import open_picture
from ml.data.pictures import SUFFIXES
from ml.data.samples import DataSetError, Panel
from ml.data.splits import grouped_holdout, held_out, picture_groups

PAINTING_SEED = "crops-1"
_EIGHTHS = 8
_TEST_EIGHTHS = 4  # of the paintings half are tested on, an eighth validates
_VALIDATION_SHARE = 0.15


class Art(StrEnum):
    """What a picture is; the two are always reported apart."""

    PHOTO = "photo"
    PAINTING = "painting"


@dataclass(frozen=True, slots=True)
class CropPicture:
    """A well-composed picture. ``liked``: 0..1, its rank by rating among its kind; 1 unknown."""

    path: Path
    art: Art
    liked: float

    def opened(self, side: int) -> Image.Image:
        """RGB, upright, its longer side at most ``side`` pixels."""
        picture = open_picture(self.path, side).convert("RGB")
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        return picture


@dataclass(frozen=True, slots=True)
class CropPictures:
    """Three disjoint parts; nothing is ever chosen by ``test``.

    ``sources``: names of the data sets, and of the folder of paintings.
    """

    train: tuple[CropPicture, ...]
    validation: tuple[CropPicture, ...]
    test: tuple[CropPicture, ...]
    sources: tuple[str, ...]


def crop_pictures(photos: Sequence[Panel], paintings: Path | None) -> CropPictures:
    """Photos by the split of every other command, paintings by a hash of their names.

    Validation is drawn from the training part, near-duplicates together. Raises DataSetError.
    """
    found = [_photos(panel) for panel in photos]
    sources = [panel.name for panel in photos]
    if paintings is not None:
        found.append(_paintings(paintings))
        sources.append(paintings.resolve().name)
    train, validation, test = (
        tuple(chain.from_iterable(part)) for part in zip(*found, strict=True)
    )
    return CropPictures(train, validation, test, tuple(sources))


def _photos(panel: Panel) -> tuple[list[CropPicture], ...]:
    config = TrainConfig()
    split = held_out(panel, seed=config.split_seed, share=config.test_share)
    known = Panel.of(panel.name, [panel.pictures[row] for row in split.train])
    groups = picture_groups(known, by_subject=False)
    inner = grouped_holdout(groups, seed=config.split_seed, share=_VALIDATION_SHARE)
    means = np.array([picture.mean for picture in panel.pictures])
    liked = means.argsort().argsort() / max(1, len(means) - 1)
    by_key = dict(zip((picture.key for picture in panel.pictures), liked.tolist(), strict=True))
    tested = [panel.pictures[row] for row in split.test]
    return tuple(
        [CropPicture(picture.path, Art.PHOTO, by_key[picture.key]) for picture in part]
        for part in (
            [known.pictures[row] for row in inner.train],
            [known.pictures[row] for row in inner.test],
            tested,
        )
    )


def _paintings(folder: Path) -> tuple[list[CropPicture], ...]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not files:
        raise DataSetError(f"{folder} holds no pictures")
    train: list[CropPicture] = []
    validation: list[CropPicture] = []
    test: list[CropPicture] = []
    for path in files:
        eighth = sha256(f"{PAINTING_SEED}:{path.name}".encode()).digest()[0] % _EIGHTHS
        later = validation if eighth == _TEST_EIGHTHS else train
        part = test if eighth < _TEST_EIGHTHS else later
        part.append(CropPicture(path, Art.PAINTING, 1.0))
    return train, validation, test
