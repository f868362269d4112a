"""What may be asked of a generator."""

import math

import pytest

from ml.contracts.generation import (
    GenerationFault,
    GenerationFaultCode,
    checked_request,
    histogram_of_dial,
    mean_of,
)

EVEN = (0.1,) * 10


@pytest.mark.parametrize("mean", [1.0, 1.001, 2.3, 5.5, 7.25, 9.99, 10.0])
@pytest.mark.parametrize("sd", [0.3, 1.5, 4.0])
def test_a_dial_becomes_a_histogram_of_exactly_that_mean(mean: float, sd: float) -> None:
    shares = histogram_of_dial(mean, sd)
    assert math.isclose(mean_of(shares), mean, abs_tol=1e-9)
    assert math.isclose(sum(shares), 1.0, abs_tol=1e-12)
    assert min(shares) >= 0


def test_a_dial_in_the_middle_has_the_spread_that_was_asked_for() -> None:
    shares = histogram_of_dial(5.5, 1.2)
    spread = math.sqrt(sum(share * (k + 1 - 5.5) ** 2 for k, share in enumerate(shares)))
    assert math.isclose(spread, 1.2, abs_tol=0.01)
    assert shares == pytest.approx(shares[::-1])


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"histogram": (0.0,) * 10}, GenerationFaultCode.HISTOGRAM_EMPTY),
        ({"histogram": ()}, GenerationFaultCode.HISTOGRAM_EMPTY),
        ({"histogram": (-0.1, 0.2, *EVEN[2:-1], 0.2)}, GenerationFaultCode.HISTOGRAM_NEGATIVE),
        ({"histogram": (0.2,) * 10}, GenerationFaultCode.HISTOGRAM_NOT_NORMALISED),
        ({"histogram": (math.nan,) * 10}, GenerationFaultCode.HISTOGRAM_NOT_NORMALISED),
        ({"histogram": EVEN[:9]}, GenerationFaultCode.HISTOGRAM_WRONG_LENGTH),
        ({"dial": 0.9}, GenerationFaultCode.DIAL_OUT_OF_RANGE),
        ({"dial": math.nan}, GenerationFaultCode.DIAL_OUT_OF_RANGE),
        ({}, GenerationFaultCode.DIAL_OR_HISTOGRAM),
        ({"dial": 5.0, "histogram": EVEN}, GenerationFaultCode.DIAL_OR_HISTOGRAM),
        ({"dial": 5.0, "category": "cat"}, GenerationFaultCode.CATEGORY_UNKNOWN),
        ({"dial": 5.0, "seed": 2**32}, GenerationFaultCode.SEED_OUT_OF_RANGE),
        ({"dial": 5.0, "seed": -1}, GenerationFaultCode.SEED_OUT_OF_RANGE),
        ({"dial": 5.0, "truncation": 0.0}, GenerationFaultCode.TRUNCATION_OUT_OF_RANGE),
        ({"dial": 5.0, "truncation": math.nan}, GenerationFaultCode.TRUNCATION_OUT_OF_RANGE),
        ({"dial": 5.0, "count": 0}, GenerationFaultCode.COUNT_OUT_OF_RANGE),
        ({"dial": 5.0, "count": 65}, GenerationFaultCode.COUNT_OUT_OF_RANGE),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_refused_by_name(
    wish: dict[str, object], code: GenerationFaultCode
) -> None:
    asked: dict[str, object] = {"category": "barn", "seed": 1, **wish}
    with pytest.raises(GenerationFault) as refused:
        checked_request(categories=("barn",), sd=1.5, **asked)  # type: ignore[arg-type]
    assert refused.value.code is code


def test_a_drawn_histogram_is_taken_as_it_is() -> None:
    request = checked_request(categories=("barn",), sd=1.5, category="barn", seed=7, histogram=EVEN)
    assert request.histogram == pytest.approx(EVEN)
    assert request.mean == pytest.approx(5.5)
    assert request.dial is None
