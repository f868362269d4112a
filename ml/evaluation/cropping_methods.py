"""Ways to choose a crop: the terms of the cropper, the scorer's opinion, and the baselines.

Every way scores the same boxes of the same scene; the highest score is its choice, of equal ones
the first. What has no order of its own, the random way, is counted by its mean over the boxes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from smartcrop import SmartCrop

from ml.crop.field import CropField
from ml.crop.rank import different
from ml.crop.terms import energies, score_shares
from ml.evaluation.cropping_trials import Shares, Trial

Array = NDArray[np.float64]
Judge = Callable[[Sequence[Image.Image]], Array]  # mean opinions of pictures

VIEW = "view ranker"
ENERGY = "AesAM crop"
SALIENCE = "salience, by the rule of AesAM"
COMBINED = "combined"
JUDGED = "combined, then the scorer on five"
SCORER = "scorer on each view"
CENTRE = "centre crop"
NO_CROP = "no crop"
ENTROPY = "entropy"
SMARTCROP = "PyPI smartcrop"
RANDOM = "random"

FINAL = 5
_GREYS = 32
_ENTROPY_SIDE = 128
_SMART_SIDE = 320
_CENTRE_SIZE = 0.1  # far less than any distance of centres that matters


@dataclass(frozen=True, slots=True)
class Ways:
    """What a comparison needs beside the trials. ``centre_scale``: of the centre crop's sides.

    ``judge`` None leaves the scorer out.
    """

    centre_scale: float
    judge: Judge | None = None


def box_scores(image: Image.Image, field: CropField, views: Shares, ways: Ways) -> dict[str, Array]:
    """Scores (N,) of views (N, 4) of a picture, for each way that scores views."""
    terms = score_shares(field, views)
    return {
        VIEW: terms.view,
        ENERGY: terms.energy,
        SALIENCE: energies(field.attention, views),
        COMBINED: terms.total,
        CENTRE: centredness(views, ways.centre_scale),
        NO_CROP: terms.area.round(6),
        ENTROPY: entropies(image, views),
        SMARTCROP: smartcrop_scores(image, views),
        RANDOM: np.zeros(len(views)),
    }


def judged_choice(trial: Trial, totals: Array, judge: Judge) -> tuple[int, bool]:
    """Of the few best different boxes the one that the scorer likes best, if not the first."""
    few = different(trial.boxes, totals, FINAL)
    at = int(np.argmax(judge(rendered(trial.image, trial.shares[few]))))
    return few[at], at > 0


def rendered(image: Image.Image, views: Shares) -> list[Image.Image]:
    """Each view (N, 4) as a picture of its own."""
    size = np.array([*image.size, *image.size])
    return [image.crop(tuple(edges)) for edges in np.rint(views * size).astype(int).tolist()]


def centredness(views: Shares, scale: float) -> Array:
    """Highest for a view in the middle; among these for sides nearest to ``scale`` of the most.

    (N, 4) -> (N,). The largest of the views is taken to be the most that fits.
    """
    away = np.abs((views[:, :2] + views[:, 2:]) / 2 - 0.5).max(axis=1)
    sides = (views[:, 2:] - views[:, :2]).max(axis=1)
    return np.asarray(-away - _CENTRE_SIZE * np.abs(sides / sides.max() - scale))


def entropies(image: Image.Image, views: Shares) -> Array:
    """Entropy in bits of the greys of each view (N, 4), on a reduced picture: (N,)."""
    small = image.convert("L")
    small.thumbnail((_ENTROPY_SIDE, _ENTROPY_SIDE))
    levels = np.asarray(small, dtype=np.intp) * _GREYS // 256
    height, width = levels.shape
    tables = np.zeros((height + 1, width + 1, _GREYS))
    tables[1:, 1:] = np.eye(_GREYS)[levels].cumsum(axis=0).cumsum(axis=1)
    left, top, right, bottom = np.rint(views * [width, height, width, height]).astype(int).T
    counts = tables[bottom, right] - tables[top, right] - tables[bottom, left] + tables[top, left]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    return np.asarray(-(shares * np.log2(np.where(shares > 0, shares, 1.0))).sum(axis=1))


def smartcrop_scores(image: Image.Image, views: Shares) -> Array:
    """What PyPI smartcrop's own formula gives each view (N, 4), with its own settings: (N,)."""
    cropper = SmartCrop()
    reduced = image.copy()
    reduced.thumbnail((_SMART_SIDE, _SMART_SIDE), Image.Resampling.LANCZOS)
    down = cropper.score_down_sample
    features = cropper.prepare_features_image(reduced)
    size = (-(-reduced.width // down), -(-reduced.height // down))
    small = features.resize(size, Image.Resampling.LANCZOS)
    precomputed = cropper.precompute_features(small)
    before = float(np.sum(precomputed)) * cropper.outside_importance
    importances: dict[tuple[int, int], Any] = {}
    found: list[float] = []
    for left, top, right, bottom in np.rint(views * [*size, *size]).astype(int).tolist():
        sides = (max(1, right - left), max(1, bottom - top))
        if sides not in importances:
            importance = cropper.get_importance(width=sides[0], height=sides[1])
            importances[sides] = importance - cropper.outside_importance
        found.append(cropper.score(precomputed, before, (left, top, *sides), importances[sides]))
    return np.array(found)
