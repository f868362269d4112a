"""What a model says about one picture, frozen."""

from bisect import bisect_left, bisect_right
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
    ``percentile``: in how many of 100 photos that the model learned from it expects a lower mean;
    None where the card does not say.
    """

    distribution: tuple[float, ...]
    mean: float
    sd: float
    low: float
    high: float
    percentile: float | None = None

    @classmethod
    def from_distribution(
        cls,
        distribution: Sequence[float],
        *,
        half_width: float = 0.0,
        half_width_per_sd: float = 0.0,
        reference: Sequence[float] = (),
    ) -> "ScoreResult":
        """Normalise ten shares and derive the moments and the interval of the crowd's mean.

        Half of the 80 % interval is ``half_width`` and ``half_width_per_sd`` for each point that
        the votes are expected to spread, both from the model's card: where people disagree, their
        mean is harder to guess. ``reference``: ascending means that percentiles refer to.
        Raises InvalidDistributionError when the shares are not ten, finite, non-negative and
        close to a sum of 1.
        """
        shares = _normalised(distribution)
        mean, sd = moments(shares)
        half = half_width + half_width_per_sd * sd
        if not isfinite(half) or min(half_width, half_width_per_sd) < 0:
            raise InvalidDistributionError(f"an interval's half width is not {half}")
        return cls(
            distribution=shares,
            mean=mean,
            sd=sd,
            low=max(SCALE_LOW, mean - half),
            high=min(SCALE_HIGH, mean + half),
            percentile=percentile(mean, reference) if reference else None,
        )


def moments(distribution: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation of shares over the bins 1..n."""
    mean = sum(share * (index + 1) for index, share in enumerate(distribution))
    variance = sum(share * (index + 1 - mean) ** 2 for index, share in enumerate(distribution))
    return mean, sqrt(max(variance, 0.0))


def percentile(value: float, reference: Sequence[float]) -> float:
    """Share of the ascending ``reference`` below ``value``, in percent; equals count half."""
    below, up_to = bisect_left(reference, value), bisect_right(reference, value)
    return 50.0 * (below + up_to) / len(reference)


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
