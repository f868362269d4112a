"""Every metric against scipy and against cases worked out by hand."""

import numpy as np
import pytest
from scipy import stats

from ml.contracts.config import EvalReport
from ml.evaluation.bootstrap import (
    Statistic,
    correlation_of,
    estimate,
    mean_of,
    rank_correlation_of,
    resampled,
    sd_ratio_of,
)
from ml.evaluation.checks import BadRowsError
from ml.evaluation.metrics import (
    Array,
    cd_loss,
    emd,
    kl_divergence,
    majority_accuracy,
    mean_scores,
    plcc,
    same_side,
    spreads,
    srcc,
)
from ml.evaluation.report import report

STEPS = np.arange(1, 11)


def _shares(rows: int, *, seed: int) -> Array:
    return np.random.default_rng(seed).dirichlet(np.ones(10), size=rows)


def _all_on(step: int) -> Array:
    return np.eye(10)[[step - 1]]


def _tied(count: int, *, seed: int) -> Array:
    return np.random.default_rng(seed).integers(0, 6, size=count).astype(np.float64)


@pytest.mark.parametrize("seed", range(4))
def test_correlations_are_scipys_also_with_ties(seed: int) -> None:
    a, b = _tied(40, seed=seed), _tied(40, seed=seed + 100)
    assert srcc(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)
    assert plcc(a, b) == pytest.approx(stats.pearsonr(a, b).statistic)


def test_emd_of_order_one_is_scipys_transport_cost_by_ten() -> None:
    p, q = _shares(5, seed=1), _shares(5, seed=2)
    expected = [stats.wasserstein_distance(STEPS, STEPS, a, b) for a, b in zip(p, q, strict=True)]
    assert emd(p, q, r=1) * 10 == pytest.approx(expected)


def test_emd_of_order_two_is_scipys_energy_distance_in_other_units() -> None:
    """Szekely's energy distance in one dimension is sqrt(2 integral (F - G)^2)."""
    p, q = _shares(5, seed=1), _shares(5, seed=2)
    expected = [stats.energy_distance(STEPS, STEPS, a, b) for a, b in zip(p, q, strict=True)]
    assert emd(p, q, r=2) * np.sqrt(20) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("apart", "first", "second"), [(0, 0.0, 0.0), (1, 0.1, 0.31623), (5, 0.5, 0.70711)]
)
def test_the_distance_of_two_unanimous_crowds_is_known(
    apart: int, first: float, second: float
) -> None:
    p, q = _all_on(2), _all_on(2 + apart)
    assert emd(p, q, r=1)[0] == pytest.approx(first, abs=1e-5)
    assert emd(p, q, r=2)[0] == pytest.approx(second, abs=1e-5)
    assert cd_loss(p, q)[0] == emd(p, q, r=2)[0]


def test_divergence_is_scipys_entropy_from_the_votes_to_the_prediction() -> None:
    predicted, voted = _shares(6, seed=3), _shares(6, seed=4)
    expected = [stats.entropy(b, a) for a, b in zip(predicted, voted, strict=True)]
    assert kl_divergence(predicted, voted) == pytest.approx(expected, abs=1e-4)


def test_a_vote_that_was_ruled_out_costs_much_but_not_infinitely() -> None:
    assert kl_divergence(_all_on(3), _all_on(4))[0] == pytest.approx(np.log(1e6), rel=1e-5)
    assert kl_divergence(_all_on(3), _all_on(3))[0] == pytest.approx(0, abs=1e-4)


def test_the_spread_is_the_standard_deviation_of_the_votes() -> None:
    half = (_all_on(4) + _all_on(8)) / 2
    assert spreads(half)[0] == 2.0
    assert mean_scores(half)[0] == 6.0


def test_accuracy_stands_beside_what_the_majority_reaches() -> None:
    voted = np.array([5.0, 6.0, 7.0, 4.9])
    guessed = np.array([5.5, 4.0, 5.0, 3.0])
    assert same_side(guessed, voted, threshold=5.0).tolist() == [1, 0, 1, 1]
    assert majority_accuracy(voted, threshold=5.0) == 0.75
    assert majority_accuracy(voted, threshold=7.5) == 1.0


@pytest.mark.parametrize(
    ("statistic", "direct"),
    [
        (rank_correlation_of, srcc),
        (correlation_of, plcc),
        (sd_ratio_of, lambda a, b: a.std() / b.std()),
    ],
)
def test_weights_do_what_drawing_pictures_again_does(statistic: Statistic, direct: object) -> None:
    a, b = _tied(50, seed=5), np.random.default_rng(6).normal(size=50) + _tied(50, seed=5)
    weights = next(resampled(50, 7))
    by_weights = statistic(a, b)(weights)  # type: ignore[call-arg]
    for row, found in zip(weights.astype(int), by_weights, strict=True):
        again = np.repeat(np.arange(50), row)
        assert found == pytest.approx(direct(a[again], b[again]))  # type: ignore[operator]


def test_a_mean_is_covered_by_its_interval_as_often_as_promised() -> None:
    generator = np.random.default_rng(11)
    held = 0
    for _ in range(100):
        bounds = estimate(mean_of(generator.normal(size=60)), count=60, resamples=200)
        held += bounds.low < 0 < bounds.high
    assert 86 <= held <= 100


def test_resamples_do_not_depend_on_how_they_are_cut() -> None:
    whole = np.concatenate(list(resampled(400_001, 4)))
    assert whole.shape == (4, 400_001)
    assert np.array_equal(whole[0], next(resampled(400_001, 1))[0])
    assert (whole.sum(axis=1) == 400_001).all()


def _report() -> EvalReport:
    voted = _shares(60, seed=8)
    return report(0.5 * voted + 0.05, voted, resamples=40)


def test_a_report_holds_every_metric() -> None:
    voted = _shares(60, seed=8)
    guessed = 0.5 * voted + 0.05
    result = _report()
    means, truth = mean_scores(guessed), mean_scores(voted)
    assert result.mse.value == pytest.approx(np.mean((means - truth) ** 2))
    assert result.kl.value == pytest.approx(np.mean(kl_divergence(guessed, voted)))
    assert result.spread_srcc.value == pytest.approx(srcc(spreads(guessed), spreads(voted)))
    assert result.accuracy.value == pytest.approx(np.mean((means >= 5) == (truth >= 5)))
    assert result.majority.value == pytest.approx(majority_accuracy(truth, threshold=5.0))


def test_scores_squeezed_to_half_their_range_are_caught() -> None:
    assert _report().range_ratio.value == pytest.approx(0.5)
    assert _report().srcc.value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("cell", "words"), [(np.nan, "row 7: a share is not"), (-0.5, "row 7: a share is negative")]
)
def test_a_bad_prediction_is_named_with_its_row(cell: float, words: str) -> None:
    predicted = _shares(60, seed=8)
    predicted[7, 2] = cell
    with pytest.raises(BadRowsError, match=words):
        report(predicted, _shares(60, seed=9))


def test_shares_of_nothing_or_of_another_length_are_refused() -> None:
    voted = _shares(5, seed=9)
    zeros = voted.copy()
    zeros[3] = 0
    with pytest.raises(BadRowsError, match="row 3: the shares do not sum to 1"):
        report(voted, zeros)
    with pytest.raises(BadRowsError, match="cannot compare"):
        report(voted, voted[:, :7] / voted[:, :7].sum(axis=1, keepdims=True))
    with pytest.raises(BadRowsError, match="at least two"):
        report(voted[:1], voted[:1])
