"""How sharp a picture is, and whether its subject is sharper than the rest."""

import numpy as np
from PIL import Image
from scipy.ndimage import laplace
from skimage.measure import blur_effect

from ml.measured.canvas import Array

_LEAST_SIDE = 8
_FLAT = 1e-6


def sharpness(luma: Array) -> float:
    """1 minus the blur effect of Crete et al. (2007), 0 to 1; 0 where there is nothing to blur.

    ``luma``: (H, W) in [0, 1]. The blur effect is what a second blur no longer takes away.
    """
    if min(luma.shape) < _LEAST_SIDE or np.ptp(luma) < _FLAT:
        return 0.0
    blur: float = blur_effect(luma)  # type: ignore[no-untyped-call]
    return float(np.clip(1.0 - blur, 0.0, 1.0))


def focus_ratio(luma: Array, salient: Array) -> float:
    """(s - r) / (s + r), at least 0: s is the fine detail on the subject, r on the rest.

    Detail is the mean absolute Laplacian, weighted by salience for the subject and by what is
    left of it for the rest; after the depth-of-field indicator of Datta et al. (2006),
    with the salient region in the place of the middle of the frame.
    """
    detail = np.abs(laplace(luma, mode="nearest"))
    peak = float(salient.max())
    if peak <= 0 or detail.max() < _FLAT:
        return 0.0
    subject = salient / peak
    amount = _averaged(detail, salient.shape)
    on_subject = float(np.average(amount, weights=subject))
    rest = 1.0 - subject
    elsewhere = float(np.average(amount, weights=rest)) if rest.any() else on_subject
    return max(0.0, (on_subject - elsewhere) / max(on_subject + elsewhere, _FLAT))


def _averaged(detail: Array, shape: tuple[int, ...]) -> Array:
    """Means of (H, W) over the cells of a grid of (h, w)."""
    image = Image.fromarray(detail.astype(np.float32))
    small = image.resize((shape[1], shape[0]), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64)
