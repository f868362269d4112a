"""Views of a scene beside the picture planted in it: shifted ones of equal size, and its parts."""

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]

SHIFT = (0.06, 0.45)  # of the picture's sides
SMALLER = (0.45, 0.95)
_STILL = 0.25  # how often a view is shifted along one axis only


def shifted_within(planted: Shares, count: int, generator: np.random.Generator) -> Shares:
    """(B, 4) -> (B, count, 4) views of exactly equal size elsewhere in the scene.

    Without room on an axis a view stays in place on it.
    """
    corners, sizes = planted[:, None, :2], planted[:, None, 2:] - planted[:, None, :2]
    moves = generator.uniform(*SHIFT, size=(len(planted), count, 2))
    signs = generator.choice([-1.0, 1.0], size=moves.shape)
    still = generator.random(moves.shape) < _STILL
    moved = corners + np.where(still, 0.0, moves * signs) * sizes
    return boxes_of(np.clip(moved, 0.0, 1.0 - sizes), sizes)


def random_parts(planted: Shares, count: int, generator: np.random.Generator) -> Shares:
    """(B, 4) -> (B, count, 4) views anywhere inside, of about the picture's shape."""
    corners, sizes = planted[:, None, :2], planted[:, None, 2:] - planted[:, None, :2]
    scales = generator.uniform(*SMALLER, size=(len(planted), count, 1))
    bent = np.clip(scales * generator.uniform(0.85, 1.15, size=(len(planted), count, 2)), 0, 1)
    places = generator.random((len(planted), count, 2))
    return boxes_of(corners + places * (1 - bent) * sizes, bent * sizes)


def boxes_of(corners: Shares, sizes: Shares) -> Shares:
    """(B, K, 2) twice -> (B, K, 4): left, top, right, bottom."""
    return np.concatenate([corners, corners + sizes], axis=2)
