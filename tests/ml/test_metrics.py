"""Correlations, coverage and conformal widths on cases worked out by hand."""

import numpy as np
import pytest

from ml.evaluation.baselines import constant_histogram, second_panel, tuned_ridge
from ml.evaluation.metrics import conformal_half_width, coverage, plcc, srcc
from ml.evaluation.report import difference, report


@pytest.mark.parametrize(
    ("predicted", "actual", "rank", "linear"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], 1.0, 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0, -1.0),
        ([1, 2, 3], [1, 4, 9], 1.0, 0.98974),
        ([1, 2, 2, 3], [1, 2, 3, 4], 0.94868, 0.94868),
        ([5, 5, 5], [1, 2, 3], 0.0, 0.0),
    ],
)
def test_correlations_match_the_hand(
    predicted: list[float], actual: list[float], rank: float, linear: float
) -> None:
    a, b = np.array(predicted, dtype=float), np.array(actual, dtype=float)
    assert srcc(a, b) == pytest.approx(rank, abs=1e-4)
    assert plcc(a, b) == pytest.approx(linear, abs=1e-4)


@pytest.mark.parametrize(
    ("count", "level", "rank"), [(9, 0.8, 8), (99, 0.8, 80), (10, 0.5, 6), (4, 0.8, 4)]
)
def test_the_conformal_width_is_the_right_order_statistic(
    count: int, level: float, rank: int
) -> None:
    residuals = np.arange(1, count + 1) * np.where(np.arange(count) % 2, 1.0, -1.0)
    assert conformal_half_width(residuals, level=level) == rank


def test_too_few_residuals_promise_nothing() -> None:
    assert conformal_half_width(np.array([0.1, 0.2, 0.3]), level=0.8) == float("inf")


def test_the_conformal_width_covers_new_pictures_at_its_level() -> None:
    generator = np.random.default_rng(5)
    width = conformal_half_width(generator.normal(size=2000), level=0.8)
    fresh = generator.normal(size=20000)
    assert coverage(np.zeros(20000), fresh, half_width=width) == pytest.approx(0.8, abs=0.03)


def test_a_report_brackets_its_figures() -> None:
    generator = np.random.default_rng(3)
    actual = generator.dirichlet(np.ones(10), size=80)
    predicted = 0.5 * actual + 0.5 * generator.dirichlet(np.ones(10), size=80)
    result = report(predicted, actual)
    for estimate in (result.srcc, result.plcc, result.mae, result.emd_r1, result.emd_r2):
        assert estimate.low < estimate.value < estimate.high
    assert result.count == 80


def test_a_model_gains_nothing_over_itself() -> None:
    actual = np.random.default_rng(3).dirichlet(np.ones(10), size=30)
    gain = difference(actual, actual, actual)
    assert (gain.low, gain.value, gain.high) == (0.0, 0.0, 0.0)


def test_the_constant_baseline_is_the_mean_of_the_training_votes() -> None:
    train = np.array([[1.0] + [0.0] * 9, [0.0] * 9 + [1.0]])
    assert constant_histogram(train, rows=3) == pytest.approx(
        np.tile([0.5] + [0.0] * 8 + [0.5], (3, 1))
    )


def test_ridge_learns_a_linear_rule() -> None:
    generator = np.random.default_rng(8)
    features = generator.normal(size=(120, 6))
    level = 1 / (1 + np.exp(-features[:, 0]))
    targets = np.zeros((120, 10))
    targets[:, 2], targets[:, 7] = 1 - level, level
    guessed = tuned_ridge(features[:90], targets[:90], unseen=features[90:], seed=1)
    assert guessed.sum(axis=1) == pytest.approx(np.ones(30))
    assert srcc(guessed[:, 7], level[90:]) > 0.98


def test_a_second_panel_has_as_many_voters_and_much_the_same_opinion() -> None:
    again = second_panel([(0, 0, 10, 0), (500, 0, 0, 500)], seed=1)
    assert again[0] == pytest.approx([0, 0, 1, 0])
    assert again[1][0] == pytest.approx(0.5, abs=0.1)
    assert again.sum(axis=1) == pytest.approx([1, 1])
