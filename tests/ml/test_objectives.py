"""Objectives, sample weights, under-sampling and the prior correction do what their papers say."""

from math import log

import numpy as np
import pytest
import torch

from ml.losses.emd import emd_per_row
from ml.losses.objectives import UnknownObjectiveError, needs_spread, objective, objectives
from ml.losses.weighting import (
    NoWeightError,
    ambiguity_weights,
    hard_weights,
    inverse_frequency_weights,
)
from ml.training.sampling import PriorShift, under_sampled

NAMES = ("binary", "chi2", "emd-r1", "emd-r2", "eucl", "kl", "mean")
EVEN = torch.ones(2)


def logits_of(*rows: list[float]) -> torch.Tensor:
    """Logits whose softmax is each row."""
    return torch.log(torch.tensor(rows))


def shares(*filled: tuple[int, float]) -> list[float]:
    """Ten shares, nearly nothing where nothing is said."""
    row = [1e-9] * 10
    for bin_, share in filled:
        row[bin_ - 1] = share
    return row


HALVES = shares((4, 0.5), (8, 0.5))
# By hand, for a prediction with half of the votes in 4 and half in 8.
TABLE = [
    ("emd-r1", shares((4, 1.0)), 0.2),  # half of the votes move four bins: 4 * 0.5 / 10
    ("emd-r2", shares((4, 1.0)), (4 * 0.25 / 10) ** 0.5),
    ("kl", shares((4, 1.0)), log(2)),
    ("chi2", shares((4, 1.0)), 0.25 / 1.5 + 0.25 / 0.5),
    ("eucl", shares((4, 1.0)), 0.5),
    ("mean", shares((4, 1.0)), 4.0),
    ("binary", shares((4, 1.0)), log(2)),
    ("binary", shares((5, 1.0)), log(2)),  # bin 5 is still below the middle of the scale, 5.5
    ("mean", shares((6, 1.0)), 0.0),
]


@pytest.mark.parametrize(("name", "target", "loss"), TABLE)
def test_every_objective_matches_the_hand(name: str, target: list[float], loss: float) -> None:
    found = objective(name)(logits_of(HALVES), torch.tensor([target]), torch.ones(1))
    assert found.item() == pytest.approx(loss, abs=2e-5)


def test_binary_parts_five_from_six() -> None:
    sure = logits_of(shares((6, 0.999)))
    good = objective("binary")(sure, torch.tensor([shares((6, 1.0))]), torch.ones(1))
    bad = objective("binary")(sure, torch.tensor([shares((5, 1.0))]), torch.ones(1))
    assert good.item() < 0.01 < 5 < bad.item()


@pytest.mark.parametrize("name", NAMES)
def test_a_perfect_prediction_has_the_least_loss_and_a_finite_gradient(name: str) -> None:
    target = torch.tensor([[0.05, 0.05, 0.1, 0.2, 0.2, 0.15, 0.1, 0.05, 0.05, 0.05]])
    perfect = torch.log(target).requires_grad_()
    best = objective(name)(perfect, target, torch.ones(1))
    best.backward()
    assert perfect.grad is not None and perfect.grad.abs().max() < 1e-3
    for shift in (-1.0, 1.0):
        tilted = perfect.detach() + shift * torch.arange(10.0) / 3
        assert objective(name)(tilted, target, torch.ones(1)) > best


@pytest.mark.parametrize("name", NAMES)
def test_weights_average_the_rows(name: str) -> None:
    logits = torch.randn(3, 10, generator=torch.Generator().manual_seed(1))
    target = torch.softmax(logits.flip(0) * 2, dim=1)
    one = objective(name)(logits[:1], target[:1], torch.ones(1))
    two = objective(name)(logits[1:2], target[1:2], torch.ones(1))
    both = objective(name)(logits, target, torch.tensor([3.0, 1.0, 0.0]))
    assert both.item() == pytest.approx((3 * one.item() + two.item()) / 4, rel=1e-5)


def test_equal_weights_give_the_emd_loss() -> None:
    logits = torch.randn(2, 10, generator=torch.Generator().manual_seed(2))
    target = torch.softmax(logits.flip(0), dim=1)
    for r in (1, 2):
        plain = emd_per_row(torch.softmax(logits, dim=1), target, r=r).mean()
        assert objective(f"emd-r{r}")(logits, target, EVEN).item() == pytest.approx(plain.item())


def test_an_unknown_objective_is_named() -> None:
    assert objectives() == NAMES
    with pytest.raises(UnknownObjectiveError, match="emd-r3"):
        objective("emd-r3")


def test_only_the_mean_can_do_without_the_spread() -> None:
    assert [name for name in NAMES if not needs_spread(name)] == ["mean"]


MEANS = np.array([3.0, 5.0, 5.4, 5.6, 6.0, 9.0])


def test_gamma_nought_is_plain_training() -> None:
    weights = ambiguity_weights(MEANS, threshold=5.5, delta=1.0, gamma=0.0)
    assert weights == pytest.approx(np.ones(6))


def test_ambiguous_pictures_count_less_and_the_mean_weight_is_one() -> None:
    weights = ambiguity_weights(MEANS, threshold=5.5, delta=1.0, gamma=1.0)
    assert weights.mean() == pytest.approx(1.0)
    assert weights / weights[0] == pytest.approx(np.array([2.5, 0.5, 0.1, 0.1, 0.5, 3.5]) / 2.5)


def test_a_large_gamma_approaches_dropping_ambiguous_pictures() -> None:
    """With means at two distances only, the limit is exactly the hard member of the family."""
    means = np.array([3.5, 5.1, 5.9, 7.5])
    hard = hard_weights(means, threshold=5.5, delta=1.0)
    assert hard == pytest.approx(np.array([2.0, 0.0, 0.0, 2.0]))
    gaps = [
        np.abs(ambiguity_weights(means, threshold=5.5, delta=1.0, gamma=gamma) - hard).max()
        for gamma in (1.0, 4.0, 16.0)
    ]
    assert gaps[0] > gaps[1] > gaps[2] and gaps[2] < 1e-9


def test_hard_weights_are_training_without_the_ambiguous_pictures() -> None:
    logits = torch.randn(6, 10, generator=torch.Generator().manual_seed(3))
    target = torch.softmax(logits.flip(0), dim=1)
    weights = torch.from_numpy(hard_weights(MEANS, threshold=5.5, delta=1.0)).float()
    kept = np.abs(MEANS - 5.5) >= 1.0
    dropped = objective("emd-r2")(logits[kept], target[kept], torch.ones(int(kept.sum())))
    assert objective("emd-r2")(logits, target, weights).item() == pytest.approx(dropped.item())


def test_weights_that_leave_no_picture_are_refused() -> None:
    with pytest.raises(NoWeightError):
        hard_weights(MEANS, threshold=5.5, delta=50.0)


def test_inverse_frequency_gives_every_filled_slice_the_same_total() -> None:
    means = np.array([2.1, 5.1, 5.2, 5.3, 8.9, 10.5])
    weights = inverse_frequency_weights(means, bins=10, low=0.5, high=10.5)
    totals = [weights[0], weights[1:4].sum(), weights[4], weights[5]]
    assert totals == pytest.approx([1.5] * 4)


def test_under_sampling_keeps_rare_scores_and_cuts_common_ones() -> None:
    means = np.concatenate([np.full(90, 5.0), np.full(4, 2.0), np.full(12, 8.0)])
    kept = under_sampled(means, per_bin=6, seed=1)
    assert np.unique(means[kept], return_counts=True)[1].tolist() == [4, 6, 6]
    assert kept.tolist() == sorted(set(kept.tolist()))
    assert kept.tolist() == under_sampled(means, per_bin=6, seed=1).tolist()
    assert kept.tolist() != under_sampled(means, per_bin=6, seed=2).tolist()
    with pytest.raises(ValueError, match="at least one"):
        under_sampled(means, per_bin=0, seed=1)


def planted() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A world of three kinds of picture where Bayes' rule can be done by hand.

    Returns p(x | k) (3, 10), the natural and the sampled prior (10,), and 900 kinds of picture
    drawn exactly as the natural world draws them.
    """
    bins = np.arange(1, 11)
    likelihood = np.stack([np.exp(-((bins - centre) ** 2) / 6) for centre in (3, 5.5, 8)])
    likelihood /= likelihood.sum(axis=0)
    natural = np.exp(-((bins - 5.5) ** 2) / 4)
    natural /= natural.sum()
    kinds = np.repeat(np.arange(3), np.round(900 * likelihood @ natural).astype(int))
    return likelihood, natural, np.full(10, 0.1), kinds


def test_the_prior_correction_is_bayes_rule_and_restores_the_mean_histogram() -> None:
    likelihood, natural, sampled, kinds = planted()
    flattened = likelihood * sampled / (likelihood @ sampled)[:, None]
    true = likelihood * natural / (likelihood @ natural)[:, None]
    shift = PriorShift.between(natural=natural[None], sampled=sampled[None])
    assert shift.corrected(flattened) == pytest.approx(true, abs=1e-6)
    before = np.abs(flattened[kinds].mean(axis=0) - natural).max()
    after = np.abs(shift.corrected(flattened[kinds]).mean(axis=0) - natural).max()
    assert before > 0.05
    assert after < 1e-3


def test_the_fitted_correction_restores_the_histogram_of_a_miscalibrated_model() -> None:
    likelihood, natural, sampled, kinds = planted()
    blurred = (likelihood * sampled) ** 0.5
    blurred /= blurred.sum(axis=1, keepdims=True)
    start = PriorShift.between(natural=natural[None], sampled=sampled[None])
    rough = np.abs(start.corrected(blurred[kinds]).mean(axis=0) - natural).max()
    fitted = start.fitted_to(blurred[kinds], natural=natural[None])
    close = np.abs(fitted.corrected(blurred[kinds]).mean(axis=0) - natural).max()
    assert rough > 0.005
    assert close < 1e-5


def test_a_fitted_correction_of_a_calibrated_model_is_the_ratio_of_the_priors() -> None:
    likelihood, natural, sampled, kinds = planted()
    flattened = likelihood * sampled / (likelihood @ sampled)[:, None]
    start = PriorShift.between(natural=natural[None], sampled=sampled[None])
    fitted = start.fitted_to(flattened[kinds], natural=natural[None])
    assert fitted.corrected(flattened) == pytest.approx(start.corrected(flattened), abs=2e-3)
