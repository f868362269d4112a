"""Views that a cropper learns to order: the planted picture, and views that spoil it."""

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.cropping_metrics import overlap
from ml.evaluation.cropping_views import boxes_of, random_parts, shifted_within

Shares = NDArray[np.float64]

_SHIFTED, _INSIDE, _OUTSIDE, _ANYWHERE = 8, 5, 4, 6
VIEWS = 1 + _SHIFTED + _INSIDE + _OUTSIDE + _ANYWHERE
_LARGER = 0.4
_LEAST = 0.3


def drawn_views(planted: Shares, generator: np.random.Generator) -> Shares:
    """(B, 4) places of planted pictures -> (B, VIEWS, 4) views of their scenes, theirs first.

    Views of equal size beside it, parts of it, larger ones around it, and others anywhere. All
    lie within the scene; where there is no room for a shifted or larger one, it is cut off.
    """
    groups = (
        planted[:, None, :],
        _shifted(planted, generator),
        random_parts(planted, _INSIDE, generator),
        _around(planted, generator),
        _anywhere(len(planted), generator),
    )
    return np.concatenate(groups, axis=1)


def _shifted(planted: Shares, generator: np.random.Generator) -> Shares:
    """As ``shifted_within``, a little larger or smaller too, so that size alone tells nothing."""
    views = shifted_within(planted, _SHIFTED, generator)
    half = _SHIFTED // 2
    jitter = generator.uniform(-0.06, 0.06, size=(len(planted), half, 4))
    views[:, :half] = np.clip(views[:, :half] + jitter, 0.0, 1.0)
    return views


def _around(planted: Shares, generator: np.random.Generator) -> Shares:
    sizes = np.tile(planted[:, None, 2:] - planted[:, None, :2], (1, _OUTSIDE, 2))
    grown = generator.uniform(0.0, _LARGER, size=sizes.shape) * sizes
    grown *= np.array([-1.0, -1.0, 1.0, 1.0])
    return np.clip(planted[:, None, :] + grown, 0.0, 1.0)


def _anywhere(count: int, generator: np.random.Generator) -> Shares:
    sizes = generator.uniform(_LEAST, 1.0, size=(count, _ANYWHERE, 2))
    corners = generator.random(sizes.shape) * (1.0 - sizes)
    return boxes_of(corners, sizes)


def likeness(views: Shares, planted: Shares) -> Shares:
    """(B, K, 4) views and (B, 4) places -> (B, K): intersection over union."""
    return overlap(views, planted[:, None, :])
