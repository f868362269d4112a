"""How many votes a model is worth, on simulated crowds whose answer is known."""

import functools

import numpy as np
import pytest

from ml.data.samples import SingleVotes
from ml.evaluation.checks import BadRowsError
from ml.evaluation.equivalent_raters import EquivalentRaters, equivalent_raters, panel_curve
from ml.evaluation.metrics import Array, srcc
from ml.evaluation.votes import TooFewVotesError, VotePool, draw, pool_of_counts, pool_of_votes

PICTURES = 400
VOTERS = 80
NOISE = 1.5


def _truth() -> Array:
    """Mean 5.5 and standard deviation 1, exactly."""
    values = np.random.default_rng(1).normal(size=PICTURES)
    return 5.5 + (values - values.mean()) / values.std()


def _crowd(*, bias: float = 0.0) -> VotePool:
    """Every voter judges every picture: its worth, his own bias, and fresh noise."""
    generator = np.random.default_rng(2)
    own = generator.normal(0, bias, size=(1, VOTERS))
    votes = _truth()[:, None] + own + generator.normal(0, NOISE, size=(PICTURES, VOTERS))
    pictures, raters = (place.ravel() for place in np.indices(votes.shape))
    return VotePool(PICTURES, pictures, votes.ravel(), raters)


def _model(worth: float) -> Array:
    """A model that errs as the mean of ``worth`` voters does, and not by luck more or less."""
    truth = _truth() - 5.5
    noise = np.random.default_rng(3).normal(size=PICTURES)
    noise -= noise.mean() + truth * (truth @ noise) / (truth @ truth)
    return _truth() + noise / noise.std() * NOISE / np.sqrt(worth)


@functools.cache
def _judged(worth: float) -> EquivalentRaters:
    return equivalent_raters(_crowd(), _model(worth), seed=5, resamples=100)


@pytest.mark.parametrize("worth", [2.0, 5.0, 10.0])
def test_a_model_as_noisy_as_n_voters_is_worth_n_voters(worth: float) -> None:
    result = _judged(worth)
    assert result.raters.low < worth < result.raters.high
    assert result.raters.value == pytest.approx(worth, rel=0.2)
    assert not result.beyond


def test_a_models_prior_weighs_as_many_votes_as_it_is_worth() -> None:
    assert _judged(5.0).prior_votes == pytest.approx(5.0, rel=0.2)


def test_real_votes_and_the_model_together_save_the_votes_the_model_is_worth() -> None:
    for point in _judged(5.0).blends:
        assert point.alone.value - point.votes == pytest.approx(5.0, abs=2.5)


def test_a_model_of_noise_saves_nothing_and_is_worth_less_than_one_vote() -> None:
    noise = np.random.default_rng(9).normal(5.5, 1.0, size=PICTURES)
    result = equivalent_raters(_crowd(), noise, seed=5, resamples=100)
    assert result.raters.value < 0.5
    assert result.raters.low == 0.0


def test_the_truth_itself_is_beyond_every_panel() -> None:
    result = equivalent_raters(_crowd(), _truth(), seed=5, resamples=50)
    assert result.beyond
    assert result.raters.value == pytest.approx(result.curve[-1].size)


def test_the_curve_follows_the_spearman_brown_formula() -> None:
    """For normal worth and noise, Pearson's r of N voters with M others is known exactly."""
    sizes = (1, 2, 5, 20)
    curve = panel_curve(_crowd(), sizes, seed=4)
    others = VOTERS / 2
    for size, found in zip(sizes, curve, strict=True):
        reliabilities = [1 / (1 + NOISE**2 / count) for count in (size, others)]
        pearson = np.sqrt(np.prod(reliabilities))
        expected = 6 / np.pi * np.arcsin(pearson / 2)  # Spearman's of a normal pair
        assert found == pytest.approx(expected, abs=0.03)


def test_nobody_sits_on_both_sides() -> None:
    """Voters who answer at random agree with nobody, unless they meet themselves."""
    generator = np.random.default_rng(6)
    values = generator.normal(size=PICTURES * 6)
    pool = VotePool(PICTURES, np.repeat(np.arange(PICTURES), 6), values, None)
    drawing = draw(pool, [3], generator=generator)
    assert abs(srcc(drawing.panels[0], drawing.target)) < 0.15
    assert drawing.panels[0] * 3 + drawing.target * 3 == pytest.approx(pool.means * 6)


def test_a_rater_is_on_one_side_for_all_pictures() -> None:
    pool = _crowd(bias=50.0)
    drawing = draw(pool, [VOTERS], generator=np.random.default_rng(1))
    assert np.std(drawing.panels[0] - drawing.target) < 1.0
    assert abs(np.mean(drawing.panels[0] - drawing.target)) > 1.0


def test_histograms_and_single_votes_of_the_same_crowd_agree() -> None:
    counts = np.random.default_rng(7).multinomial(60, [0.1] * 10, size=50)
    counts[:, 3] += np.arange(50)
    pool = pool_of_counts(counts)
    assert pool.per_picture.tolist() == counts.sum(axis=1).tolist()
    assert pool.means == pytest.approx(counts @ np.arange(1, 11) / counts.sum(axis=1))


def test_votes_of_another_scale_keep_their_place_on_ten() -> None:
    assert pool_of_counts([[1, 0, 0, 0, 1], [0, 0, 2, 0, 0]]).values.tolist() == [
        1.5,
        9.5,
        5.5,
        5.5,
    ]


def _single_votes(votes: list[int]) -> SingleVotes:
    return SingleVotes(
        raters=("ann", "bob"),
        keys=("a", "b"),
        rater=np.array([0, 1, 0, 1], dtype=np.int32),
        picture=np.array([0, 0, 1, 1], dtype=np.int32),
        vote=np.array(votes, dtype=np.int16),
    )


def test_single_votes_are_put_in_the_order_of_the_keys() -> None:
    pool = pool_of_votes(_single_votes([1, 1, 5, 5]), keys=["b", "a"], steps=5)
    assert pool.means.tolist() == [9.5, 1.5]
    only = pool_of_votes(_single_votes([1, 1, 5, 5]), keys=["b"], steps=5)
    assert only.per_picture.tolist() == [2]


def test_missing_votes_and_impossible_ones_are_named() -> None:
    with pytest.raises(TooFewVotesError, match="'z'"):
        pool_of_votes(_single_votes([1, 1, 5, 5]), keys=["b", "z"], steps=5)
    with pytest.raises(BadRowsError, match="row 3: 6 is no vote of 1 to 5"):
        pool_of_votes(_single_votes([1, 1, 5, 6]), keys=["a", "b"], steps=5)


def test_predictions_that_do_not_fit_the_votes_are_refused() -> None:
    with pytest.raises(BadRowsError, match="400 finite"):
        equivalent_raters(_crowd(), _truth()[:-1], seed=1)
    with pytest.raises(BadRowsError, match="too few votes"):
        equivalent_raters(pool_of_counts([[1, 1], [1, 1]]), np.array([1.0, 2.0]), seed=1)
