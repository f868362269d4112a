"""What may be asked of a generator of pictures, and why a wish is refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, isfinite

from ml.contracts.results import SCALE_HIGH, SCALE_LOW, moments
from ml.contracts.votes import BINS

LARGEST_SEED = 2**32 - 1
MOST_SAMPLES = 64
SUM_TOLERANCE = 1e-3
_REACH = 60.0  # exp(-60) of a bin's neighbour is nothing beside it
_HALVINGS = 80  # of a range below 2^10: nothing is left to halve


class GenerationFaultCode(StrEnum):
    """What is wrong with a wish; whoever asks must change it."""

    HISTOGRAM_EMPTY = "histogram_empty"
    HISTOGRAM_NEGATIVE = "histogram_negative"
    HISTOGRAM_NOT_NORMALISED = "histogram_not_normalised"
    HISTOGRAM_WRONG_LENGTH = "histogram_wrong_length"
    DIAL_OUT_OF_RANGE = "dial_out_of_range"
    DIAL_OR_HISTOGRAM = "dial_or_histogram"
    CATEGORY_UNKNOWN = "category_unknown"
    SEED_OUT_OF_RANGE = "seed_out_of_range"
    TRUNCATION_OUT_OF_RANGE = "truncation_out_of_range"
    COUNT_OUT_OF_RANGE = "count_out_of_range"


class GenerationFault(ValueError):
    """A wish that no generator can fulfil: whoever asks must change it."""

    def __init__(self, code: GenerationFaultCode, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """``count`` pictures of a category that people would judge as ``histogram`` says.

    ``histogram``: ten shares of the bins 1..10 that sum to 1. ``dial``: the mean that was asked
    for, 1 to 10, where no histogram was drawn. ``seed``: 0 to 2^32 - 1; sample n has the latent
    seed (seed + n) mod 2^32. ``truncation``: scales the latents, above 0, at most 1.
    ``count``: 1 to 64.
    """

    category: str
    histogram: tuple[float, ...]
    seed: int
    truncation: float
    count: int
    dial: float | None = None

    @property
    def mean(self) -> float:
        """The mean score that is asked for."""
        return mean_of(self.histogram)


def checked_request(
    *,
    categories: Collection[str],
    sd: float,
    category: str,
    seed: int,
    histogram: Sequence[float] | None = None,
    dial: float | None = None,
    truncation: float = 1.0,
    count: int = 1,
) -> GenerationRequest:
    """A request from either a histogram or a dial. Raises GenerationFault.

    ``categories``: keys that the generator knows. ``sd``: spread of the histogram that a dial
    stands for, of the generator's card.
    """
    if (histogram is None) == (dial is None):
        neither = "Give a dial or a histogram."
        both = "Give either a dial or a histogram, not both."
        raise GenerationFault(
            GenerationFaultCode.DIAL_OR_HISTOGRAM, neither if dial is None else both
        )
    if category not in categories:
        raise GenerationFault(
            GenerationFaultCode.CATEGORY_UNKNOWN,
            f"The generator knows no category {category!r}, but {', '.join(categories)}.",
        )
    if histogram is not None:
        shares = checked_histogram(histogram)
    else:
        assert dial is not None
        shares = histogram_of_dial(dial, sd)
    _check_numbers(seed=seed, truncation=truncation, count=count)
    return GenerationRequest(category, shares, seed, truncation, count, dial)


def checked_histogram(histogram: Sequence[float]) -> tuple[float, ...]:
    """Ten shares, rounding of their sum mended. Raises GenerationFault."""
    if not any(histogram):
        raise GenerationFault(
            GenerationFaultCode.HISTOGRAM_EMPTY, "A histogram needs a share above 0."
        )
    if len(histogram) != BINS:
        raise GenerationFault(
            GenerationFaultCode.HISTOGRAM_WRONG_LENGTH,
            f"A histogram has {BINS} shares, not {len(histogram)}.",
        )
    if any(share < 0 for share in histogram):
        raise GenerationFault(
            GenerationFaultCode.HISTOGRAM_NEGATIVE, "Shares of a histogram are not negative."
        )
    total = sum(histogram)
    if not abs(total - 1.0) <= SUM_TOLERANCE:
        raise GenerationFault(
            GenerationFaultCode.HISTOGRAM_NOT_NORMALISED,
            f"The shares of a histogram sum to 1, not to {total:.4g}.",
        )
    return tuple(share / total for share in histogram)


def mean_of(histogram: Sequence[float]) -> float:
    """Mean score of shares of the bins 1..10."""
    return moments(histogram)[0]


def histogram_of_dial(mean: float, sd: float) -> tuple[float, ...]:
    """Ten shares p_k ~ exp(a k - k^2 / (2 sd^2)) with ``a`` such that their mean is ``mean``.

    Of all histograms with that mean and their second moment these have the largest entropy
    (Cover and Thomas 2006, theorem 12.1.1). ``mean``: 1 to 10; ``sd`` above 0: what the spread
    would be on an endless scale; near the ends it is less. Raises GenerationFault.
    """
    if not SCALE_LOW <= mean <= SCALE_HIGH:
        raise GenerationFault(
            GenerationFaultCode.DIAL_OUT_OF_RANGE,
            f"The dial goes from {SCALE_LOW:g} to {SCALE_HIGH:g}, not to {mean:g}.",
        )
    if not sd > 0:
        raise ValueError(f"a spread is above 0, not {sd}")
    precision = 1.0 / sd**2
    low, high = precision - _REACH, BINS * precision + _REACH
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if mean_of(_tilted(middle, precision)) < mean:
            low = middle
        else:
            high = middle
    return _tilted((low + high) / 2, precision)


def _tilted(tilt: float, precision: float) -> tuple[float, ...]:
    logs = [tilt * step - precision * step**2 / 2 for step in range(1, BINS + 1)]
    shares = [exp(each - max(logs)) for each in logs]
    return tuple(share / sum(shares) for share in shares)


def _check_numbers(*, seed: int, truncation: float, count: int) -> None:
    if not 0 <= seed <= LARGEST_SEED:
        raise GenerationFault(
            GenerationFaultCode.SEED_OUT_OF_RANGE, f"A seed lies in 0 to {LARGEST_SEED}."
        )
    if not (isfinite(truncation) and 0 < truncation <= 1):
        raise GenerationFault(
            GenerationFaultCode.TRUNCATION_OUT_OF_RANGE, "Truncation is above 0 and at most 1."
        )
    if not 1 <= count <= MOST_SAMPLES:
        raise GenerationFault(
            GenerationFaultCode.COUNT_OUT_OF_RANGE, f"A request makes 1 to {MOST_SAMPLES} pictures."
        )
