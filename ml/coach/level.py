"""Whether a picture hangs level, read from its own lines: which turn would put them upright."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

Array = NDArray[np.float64]
SIDE = 320
REACH = 5.0  # degrees either way: more is a choice, not a slip
STEP = 0.25
_SHARP = 0.6  # degrees: how nearly parallel lines must be to count together
_FAINT = 0.25  # of the strongest edges: what is weaker is texture
# A turn must line up this many times more edges than no turn and than most turns, or there is no
# evidence of a slip: limbs and branches lean by nature and line up up to 1.7 times more.
_EVIDENCE = 2.0


def alignment(picture: Image.Image, turns: Array) -> Array:
    """How much of the edges would be upright or level after each turn, (n,).

    ``turns``: (n,) degrees clockwise. Only ratios mean something; 0 in an even picture.
    """
    gaps, weights = _edges(picture)
    after = gaps[None, :] + turns[:, None]  # a clockwise turn adds to every angle
    lined: Array = (np.exp(-(after**2) / (2 * _SHARP**2)) * weights).sum(axis=1)
    return lined


def correction(picture: Image.Image) -> float:
    """Degrees clockwise that would level the picture; 0 where its lines do not ask for a turn."""
    turns = np.arange(-REACH, REACH + STEP / 2, STEP)
    lined = alignment(picture, turns)
    best = int(lined.argmax())
    still = float(lined[len(turns) // 2])
    rivals = max(still, float(np.median(lined)))
    if abs(turns[best]) < 2 * STEP or lined[best] <= _EVIDENCE * rivals:
        return 0.0
    return float(turns[best])


def _edges(picture: Image.Image) -> tuple[Array, Array]:
    """(n,) degrees by which each edge misses the nearest axis, in [-45, 45), and its weight."""
    grey = picture.convert("L")
    grey.thumbnail((SIDE, SIDE), Image.Resampling.BILINEAR)
    light = gaussian_filter(np.asarray(grey, dtype=np.float64), 1.5)
    if min(light.shape) < 2:
        return np.zeros(0), np.zeros(0)
    down, across = np.gradient(light)
    size = np.hypot(down, across)
    kept = size > _FAINT * np.quantile(size, 0.99) + 1e-9
    angles = np.degrees(np.arctan2(down[kept], across[kept]))
    gaps: Array = (angles + 45.0) % 90.0 - 45.0
    return gaps, size[kept]
