"""Where the weight of a picture lies, and whether it mirrors itself."""

import numpy as np

from ml.measured.canvas import Array
from ml.measured.saliency import positions, regions

# Liu et al. (2010), "Optimizing photo composition": widths for the thirds and for the balance.
_THIRDS_WIDTH = 0.17
_BALANCE_WIDTH = 0.2
_POWER_POINTS = ((1 / 3, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1 / 3), (2 / 3, 2 / 3))
_EVEN_SPREAD = 1 / 6  # variance of even weight on the unit square
_FLAT = 1e-9


def thirds_fit(salient: Array) -> float:
    """How near the salient regions lie to a crossing of thirds, 0 to 1; 0 without a region.

    After E_point of Liu et al. (2010): exp(-d^2 / 2 s^2), s = 0.17, where d is the sum of the
    distances in x and y to the nearest crossing as shares of the frame, averaged by mass.
    """
    centres, masses = regions(salient)
    if masses.sum() <= 0:
        return 0.0
    gaps = np.abs(centres[:, None, :] - np.array(_POWER_POINTS)).sum(axis=2).min(axis=1)
    near = np.exp(-(gaps**2) / (2 * _THIRDS_WIDTH**2))
    return float(np.average(near, weights=masses))


def balance(salient: Array) -> float:
    """How near the centre of mass of the salient regions lies to the middle of the frame, 0 to 1.

    After the visual balance of Liu et al. (2010): exp(-d^2 / 2 s^2) with s = 0.2, d as for the
    thirds. 1 without a region: nothing pulls.
    """
    centres, masses = regions(salient)
    if masses.sum() <= 0:
        return 1.0
    gap = float(np.abs(np.average(centres, axis=0, weights=masses) - 0.5).sum())
    return float(np.exp(-(gap**2) / (2 * _BALANCE_WIDTH**2)))


def subject_focus(salient: Array) -> float:
    """1 minus the spread of salience over that of an even picture, at least 0.

    The spread is the root of the variance of the positions, as shares of the frame.
    """
    total = float(salient.sum())
    if total <= 0:
        return 0.0
    ys, xs = positions(salient.shape)
    share = salient / total
    variance = sum(float(np.sum(share * (at - np.sum(share * at)) ** 2)) for at in (ys, xs))
    return float(np.clip(1.0 - np.sqrt(variance / _EVEN_SPREAD), 0.0, 1.0))


def mirror_symmetry(lightness: Array) -> float:
    """Correlation of the lightness with its mirror image, left-right or top-bottom, 0 to 1.

    The better of the two axes counts, and no negative value; an even picture is symmetric.
    """
    centred = lightness - lightness.mean()
    power = float(np.sum(centred**2))
    if power < _FLAT * centred.size:
        return 1.0
    mirrored = (centred[:, ::-1], centred[::-1])
    best = max(float(np.sum(centred * other)) for other in mirrored) / power
    return float(np.clip(best, 0.0, 1.0))
