"""The golden picture: made from a seed, so that every machine can check a loaded model."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

GRID = 8


class GoldenMismatchError(RuntimeError):
    """The loaded model does not judge the golden picture as its card says: do not serve it."""


def golden_picture(*, seed: int, side: int) -> Image.Image:
    """Smooth coloured patches with a little grain, (side, side) RGB, equal for equal seeds.

    The patches are repeated pixels, not resampled ones, so no imaging library's rounding can
    change the picture.
    """
    generator = np.random.default_rng(seed)
    patches = generator.integers(0, 200, size=(GRID, GRID, 3), dtype=np.uint8)
    repeats = -(-side // GRID)
    smooth = patches.repeat(repeats, axis=0).repeat(repeats, axis=1)[:side, :side]
    grain = generator.integers(0, 56, size=(side, side, 3), dtype=np.uint8)
    return Image.fromarray(smooth + grain)


def check_distribution(
    actual: Sequence[float], *, expected: Sequence[float], tolerance: float
) -> None:
    """Raises GoldenMismatchError when any bin differs by more than ``tolerance``."""
    gap = max(abs(a - b) for a, b in zip(actual, expected, strict=True))
    if not gap <= tolerance:
        raise GoldenMismatchError(
            f"its answer to the golden picture is off by {gap:.4g} from what its card says "
            f"(allowed {tolerance:g})"
        )
