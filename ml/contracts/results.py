"""What a model says about one picture, frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

from ml.contracts.votes import BINS

SCALE_LOW = 1.0
SCALE_HIGH = 10.0
_SUM_TOLERANCE = 1e-3


class InvalidDistributionError(ValueError):
    """The numbers are no distribution over ten bins: the model or its weights are broken."""


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """How people would rate one picture.

    ``distribution``: share of votes in the bins 1..10, sums to 1. ``mean`` in [1, 10] and ``sd``
    are its moments. ``low`` and ``high`` bound the mean that a real crowd would give in about
    80 % of pictures like those the model was tested on; they say nothing about single votes.
    """

    distribution: tuple[float, ...]
    mean: float
    sd: float
    low: float
    high: float

    @classmethod
    def from_distribution(
        cls, distribution: Sequence[float], *, half_width: float
    ) -> "ScoreResult":
        """Normalise ten shares and derive the moments and the interval of the crowd's mean.

        ``half_width``: half the width of the 80 % interval, from the model's card.
        Raises InvalidDistributionError when the shares are not ten, finite, non-negative and
        close to a sum of 1.
        """
        shares = _normalised(distribution)
        if not isfinite(half_width) or half_width < 0:
            raise InvalidDistributionError(f"an interval's half width is not {half_width}")
        mean, sd = moments(shares)
        return cls(
            distribution=shares,
            mean=mean,
            sd=sd,
            low=max(SCALE_LOW, mean - half_width),
            high=min(SCALE_HIGH, mean + half_width),
        )


def moments(distribution: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation of shares over the bins 1..n."""
    mean = sum(share * (index + 1) for index, share in enumerate(distribution))
    variance = sum(share * (index + 1 - mean) ** 2 for index, share in enumerate(distribution))
    return mean, sqrt(max(variance, 0.0))


def _normalised(distribution: Sequence[float]) -> tuple[float, ...]:
    shares = [float(share) for share in distribution]
    if len(shares) != BINS:
        raise InvalidDistributionError(f"a distribution has {BINS} bins, not {len(shares)}")
    if any(not isfinite(share) or share < 0 for share in shares):
        raise InvalidDistributionError("shares are finite and not negative")
    total = sum(shares)
    if abs(total - 1.0) > _SUM_TOLERANCE:
        raise InvalidDistributionError(f"shares sum to {total:.6f}, not to 1")
    return tuple(share / total for share in shares)
