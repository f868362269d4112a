"""How sharp a picture is, and whether its subject is sharper than the rest."""

import numpy as np
from scipy.ndimage import laplace
from skimage.measure import blur_effect

from ml.measured.canvas import Array
from ml.measured.saliency import enlarged

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
    left of it for the rest; after the depth-of-field ratio of Datta et al. (2006, equation 8),
    with the salient region in the place of the middle of the frame.
    """
    detail = np.abs(laplace(luma, mode="nearest"))
    subject = enlarged(salient, luma.shape)
    if subject.max() <= 0 or detail.max() < _FLAT:
        return 0.0
    rest = 1.0 - subject
    on_subject = float(np.average(detail, weights=subject))
    elsewhere = float(np.average(detail, weights=rest)) if rest.sum() > 0 else on_subject
    return max(0.0, (on_subject - elsewhere) / max(on_subject + elsewhere, _FLAT))
