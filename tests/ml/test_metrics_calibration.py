"""Coverage and reliability on planted errors."""

import numpy as np
import pytest

from ml.evaluation.calibration import calibration, reliability
from ml.evaluation.metrics import Array

COUNT = 4000
HALF_WIDTH = 1.2816 * 0.5  # the 80 % quantile of errors with standard deviation 0.5


def _planted(*, squeeze: float = 1.0) -> tuple[Array, Array]:
    generator = np.random.default_rng(3)
    predicted = generator.normal(5.5, 0.8, size=COUNT)
    actual = predicted + generator.normal(0, 0.5, size=COUNT)
    return 5.5 + (predicted - 5.5) * squeeze, actual


def test_normal_errors_are_covered_at_every_level_as_promised() -> None:
    result = calibration(*_planted(), half_width=HALF_WIDTH, resamples=100)
    for point in result.coverage:
        assert point.covered.value == pytest.approx(point.level, abs=0.025)
        assert point.covered.low < point.covered.value < point.covered.high
    served = next(point for point in result.coverage if point.level == 0.8)
    assert served.half_width == HALF_WIDTH


def test_an_interval_half_as_wide_is_found_out() -> None:
    result = calibration(*_planted(), half_width=HALF_WIDTH / 2, resamples=50)
    served = next(point for point in result.coverage if point.level == 0.8)
    assert served.covered.high < 0.6


def test_the_slope_tells_bunched_predictions_from_honest_ones() -> None:
    honest = calibration(*_planted(), half_width=HALF_WIDTH, resamples=100)
    bunched = calibration(*_planted(squeeze=0.5), half_width=HALF_WIDTH, resamples=100)
    assert honest.slope.low < 1.0 < honest.slope.high
    assert bunched.slope.value == pytest.approx(2 * honest.slope.value)
    assert bunched.error > 3 * honest.error


def test_bins_hold_equal_numbers_and_what_was_voted_there() -> None:
    predicted, actual = _planted()
    bins = reliability(predicted, actual, resamples=50)
    assert [item.count for item in bins] == [COUNT // 10] * 10
    assert [item.predicted for item in bins] == sorted(item.predicted for item in bins)
    lowest = np.argsort(predicted)[: COUNT // 10]
    assert bins[0].voted.value == pytest.approx(actual[lowest].mean())


def test_a_constant_prediction_has_one_bin_and_no_slope() -> None:
    actual = _planted()[1]
    result = calibration(np.full(COUNT, 5.5), actual, half_width=1.0, resamples=20)
    assert len(result.reliability) == 1
    assert (result.slope.value, result.slope.high) == (0.0, 0.0)
