"""Intervals that need no more than the standard library."""

from math import sqrt

from ml.contracts.config import Estimate

_NORMAL_95 = 1.959963984540054


def wilson(found: int, tried: int) -> Estimate:
    """A share with its 95 % interval (Wilson 1927; Brown, Cai and DasGupta 2001, equation 4)."""
    z2 = _NORMAL_95**2
    share = found / tried
    middle = (found + z2 / 2) / (tried + z2)
    half = _NORMAL_95 * sqrt(tried) / (tried + z2) * sqrt(share * (1 - share) + z2 / (4 * tried))
    low = 0.0 if found == 0 else middle - half
    high = 1.0 if found == tried else middle + half
    return Estimate(value=share, low=low, high=high)
