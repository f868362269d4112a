"""A score result derives its moments and interval, and refuses what is no distribution."""

from dataclasses import FrozenInstanceError

import pytest

from ml.contracts.results import InvalidDistributionError, ScoreResult, percentile

FLAT = [0.1] * 10
LOWEST = [1.0] + [0.0] * 9


@pytest.mark.parametrize(
    ("distribution", "mean", "sd"),
    [
        (FLAT, 5.5, 8.25**0.5),
        (LOWEST, 1.0, 0.0),
        ([0.5] + [0.0] * 8 + [0.5], 5.5, 4.5),
        ([0, 0, 0, 0, 0, 0.25, 0.5, 0.25, 0, 0], 7.0, 0.5**0.5),
    ],
)
def test_moments_match_the_hand(distribution: list[float], mean: float, sd: float) -> None:
    result = ScoreResult.from_distribution(distribution, half_width=1.0)
    assert result.mean == pytest.approx(mean)
    assert result.sd == pytest.approx(sd)


def test_the_interval_lies_around_the_mean() -> None:
    result = ScoreResult.from_distribution(FLAT, half_width=1.25)
    assert (result.low, result.high) == pytest.approx((4.25, 6.75))


def test_the_interval_stays_on_the_scale() -> None:
    low_end = ScoreResult.from_distribution(LOWEST, half_width=2.0)
    high_end = ScoreResult.from_distribution(LOWEST[::-1], half_width=2.0)
    assert (low_end.low, low_end.high) == pytest.approx((1.0, 3.0))
    assert (high_end.low, high_end.high) == pytest.approx((8.0, 10.0))


def test_rounding_errors_are_normalised_away() -> None:
    result = ScoreResult.from_distribution([0.10001] * 10, half_width=0.0)
    assert sum(result.distribution) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(
    "distribution",
    [
        [0.1] * 9,
        [0.1] * 11,
        [],
        [0.2] * 10,
        [-0.1, 0.3] + [0.1] * 8,
        [float("nan")] + [0.1] * 9,
        [float("inf")] + [0.0] * 9,
    ],
)
def test_what_is_no_distribution_is_refused(distribution: list[float]) -> None:
    with pytest.raises(InvalidDistributionError):
        ScoreResult.from_distribution(distribution, half_width=1.0)


@pytest.mark.parametrize("half_width", [-0.1, float("nan"), float("inf")])
def test_an_impossible_half_width_is_refused(half_width: float) -> None:
    with pytest.raises(InvalidDistributionError):
        ScoreResult.from_distribution(FLAT, half_width=half_width)


def test_a_result_cannot_be_changed() -> None:
    result = ScoreResult.from_distribution(FLAT, half_width=1.0)
    with pytest.raises(FrozenInstanceError):
        result.mean = 9.0  # type: ignore[misc]


def test_the_interval_is_wider_where_people_disagree() -> None:
    agreed = ScoreResult.from_distribution(
        [0, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0], half_width_per_sd=0.5
    )
    split = ScoreResult.from_distribution(FLAT, half_width_per_sd=0.5)
    assert agreed.high - agreed.low == pytest.approx(2 * 0.5 * 0.5)
    assert split.high - split.low == pytest.approx(2 * 0.5 * split.sd)


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, 0.0), (1.0, 12.5), (2.5, 50.0), (4.0, 87.5), (9.0, 100.0)]
)
def test_a_percentile_counts_those_below_and_half_of_the_equal(
    value: float, expected: float
) -> None:
    assert percentile(value, [1.0, 2.0, 3.0, 4.0]) == expected


def test_without_a_reference_there_is_no_percentile() -> None:
    assert ScoreResult.from_distribution(FLAT).percentile is None
