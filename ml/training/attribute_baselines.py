"""What a learned head must beat without a network: colour statistics, or one formula alone."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ml.data.opening import open_picture
from ml.data.transforms import to_squares
from ml.evaluation.metrics import Array, srcc
from ml.measured.measure import MEASURES, Measurement
from ml.training.attribute_ridge import Lesson

COLOUR_STATISTICS = "ridge on colour statistics"
ONE_FORMULA = "best single formula"
_SIDE = 64
_LEAST_VARIANCE = 1e-12


def colour_statistics(paths: Sequence[Path]) -> Array:
    """(n, 12): mean and spread of red, green, blue, hue, saturation and value, in 0..255."""
    return np.array([_statistics(open_picture(path, _SIDE)) for path in paths])


def measured_values(measured: Sequence[Measurement]) -> Array:
    """(n, k): every formula's value in the order of ``MEASURES``; the middle where it has none."""
    rows = [[item.values.get(formula.key, np.nan) for formula in MEASURES] for item in measured]
    table = np.array(rows, dtype=np.float64)
    known = np.isfinite(table).any(axis=0)
    middles = np.zeros(table.shape[1])
    middles[known] = np.nanmedian(table[:, known], axis=0)
    filled: Array = np.where(np.isnan(table), middles, table)
    return filled


def best_formula(lesson: Lesson, unseen: Array) -> Array:
    """A straight line through the formula that ranks the lesson's pictures best, up or down."""
    found = [abs(srcc(column, lesson.targets)) for column in lesson.features.T]
    best = int(np.argmax(found))
    known = lesson.features[:, best]
    slope = np.cov(known, lesson.targets, bias=True)[0, 1] / (known.var() + _LEAST_VARIANCE)
    line: Array = lesson.targets.mean() + slope * (unseen[:, best] - known.mean())
    return line


def _statistics(picture: Image.Image) -> Array:
    rgb = to_squares([picture], side=_SIDE)[0]
    hsv = np.asarray(Image.fromarray(rgb).convert("HSV"))
    both = np.concatenate([rgb, hsv], axis=2).reshape(-1, 6).astype(np.float64)
    return np.concatenate([both.mean(axis=0), both.std(axis=0)])
