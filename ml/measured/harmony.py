"""How well the hues of a picture fit a scheme of the colour wheel, and which one."""

from collections.abc import Mapping

import numpy as np

from ml.contracts.attributes import HARMONIES
from ml.measured.canvas import Array
from ml.measured.hues import DEGREES, Hues

Sectors = tuple[tuple[float, float], ...]  # (centre, width) in degrees

# Matsuda's templates with the widths that Cohen-Or et al. (2006) give; L also as its own mirror
# image, since it alone is not symmetric. Their eighth, N, has no hue.
TEMPLATES: Mapping[str, Sectors] = {
    "i": ((0, 18),),
    "V": ((0, 93.6),),
    "L": ((0, 18), (90, 79.2)),
    "L mirrored": ((0, 18), (-90, 79.2)),
    "I": ((0, 18), (180, 18)),
    "T": ((0, 180),),
    "Y": ((0, 93.6), (180, 18)),
    "X": ((0, 93.6), (180, 93.6)),
}
# The schemes of the colour wheel, each hue one family of 30 degrees wide; simple ones first.
SCHEMES: tuple[tuple[str, Sectors], ...] = (
    ("monochromatic", ((0, 30),)),
    ("analogous", ((0, 90),)),
    ("complementary", ((0, 30), (180, 30))),
    ("split complementary", ((0, 30), (150, 30), (210, 30))),
    ("triadic", ((0, 30), (120, 30), (240, 30))),
    ("tetradic", ((0, 30), (90, 30), (180, 30), (270, 30))),
    ("tetradic", ((0, 30), (60, 30), (180, 30), (240, 30))),
)
_AS_GOOD = 0.02


def harmony_fit(hues: Hues) -> float:
    """Fit to the best of Matsuda's templates, 0 to 1; 1 without hues, which is template N.

    The cost is that of Cohen-Or et al. (2006, section 3): degrees from the nearest sector,
    weighted by saturation. Wide templates cost less whatever the hues, so each is compared with
    what an even wheel would cost it.
    """
    if not hues.any:
        return 1.0
    return max(fit(hues.weight, sectors) for sectors in TEMPLATES.values())


def harmony_kind(hues: Hues) -> int:
    """Position in ``HARMONIES`` of the simplest scheme that fits as well as the best.

    A picture without hues is monochromatic.
    """
    if not hues.any:
        return 0
    fits = [fit(hues.weight, sectors) for _, sectors in SCHEMES]
    best = next(place for place, value in enumerate(fits) if value >= max(fits) - _AS_GOOD)
    return HARMONIES.index(SCHEMES[best][0])


def fit(weight: Array, sectors: Sectors) -> float:
    """1 when all hues lie in the sectors, 0 when they lie no nearer than even ones would.

    ``weight``: (360,) shares. The sectors are turned to where they fit best.
    """
    away = _distances(sectors)  # (360,)
    # Correlation on the circle: the cost of every turn at once.
    costs = np.fft.irfft(np.fft.rfft(weight) * np.conj(np.fft.rfft(away)), DEGREES)
    return float(np.clip(1.0 - costs.min() / away.mean(), 0.0, 1.0))


def _distances(sectors: Sectors) -> Array:
    """Degrees from each hue to the nearest sector, (360,)."""
    hue = np.arange(DEGREES, dtype=np.float64)
    gaps = [
        np.maximum(np.abs((hue - centre + 180) % DEGREES - 180) - width / 2, 0.0)
        for centre, width in sectors
    ]
    return np.asarray(np.min(gaps, axis=0))
