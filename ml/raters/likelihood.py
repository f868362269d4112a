"""What one vote says: chances and derivatives of ordinal probit answers.

A rater perceives z = m + s e, e standard normal, and answers with the interval that holds z
(McCullagh 1980, cumulative link with a probit). With l and u the interval's bounds in noise
units, phi and Phi the normal density and distribution function and P = Phi(u) - Phi(l):

    d log P / d m      = pull / s,      pull = (phi(l) - phi(u)) / P
    -d2 log P / d m2   = hold / s^2,    hold = pull^2 - stretch, between 0 and 1
    d log P / d log s  = stretch        = (l phi(l) - u phi(u)) / P
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ml.raters.votes import Floats

_ROOT = 1.0 / np.sqrt(2.0 * np.pi)
_FAR = 12.0  # noise units; the densities vanish there
_LEAST = 1e-14  # a chance below it is not told from it
_LEAST_HOLD = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Of votes, (n,) each: ``chance`` of the answer and its derivatives; see above.

    ``at_low``, ``at_high``: phi(l) / P and phi(u) / P, derivatives by the bounds.
    """

    chance: Floats
    pull: Floats
    hold: Floats
    stretch: Floats
    at_low: Floats
    at_high: Floats


def hear(low: Floats, high: Floats) -> Heard:
    """Of answers whose intervals lie between ``low`` and ``high``, in noise units, (n,)."""
    low, high = np.clip(low, -_FAR, _FAR), np.clip(high, -_FAR, _FAR)
    # Both bounds in the lower tail, where differences of Phi keep their digits.
    sign = np.where(low + high > 0, -1.0, 1.0)
    chance = np.maximum(np.abs(ndtr(sign * high) - ndtr(sign * low)), _LEAST)
    at_low = _ROOT * np.exp(-0.5 * low * low) / chance
    at_high = _ROOT * np.exp(-0.5 * high * high) / chance
    pull = at_low - at_high
    stretch = low * at_low - high * at_high
    hold = np.clip(pull * pull - stretch, _LEAST_HOLD, 1.0)
    return Heard(chance, pull, hold, stretch, at_low, at_high)
