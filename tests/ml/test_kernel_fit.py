"""The kernel head solves the equations it names, and refuses what it cannot learn from."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from ml.contracts.config import TrainConfig
from ml.layers.kernel_head import FLOOR
from ml.training.kernel_fit import CrowdVotes, KernelFitError, fit_kernel_head

CONFIG = TrainConfig(
    backbone_shares=(0.4, 0.6), rank=64, sharpness=1.0, kinship=0.5, prior_votes=2.0
)
WIDTHS = (3, 4)


def crowd(count: int, *, seed: int) -> CrowdVotes:
    generator = np.random.default_rng(seed)
    upright = generator.normal(size=(count, sum(WIDTHS))).astype(np.float32)
    return CrowdVotes(
        upright=upright,
        mirror=upright,
        shares=generator.dirichlet(np.full(10, 8.0), size=count),
        votes=generator.integers(1, 50, size=count).astype(np.float64),
    )


def judged(crowds: list[CrowdVotes], config: TrainConfig, number: int) -> np.ndarray:
    head = fit_kernel_head(crowds, config, widths=WIDTHS)
    shares: torch.Tensor = head(torch.from_numpy(crowds[number].upright), number)
    return shares.double().numpy()


def test_the_head_is_the_posterior_mean_of_the_stated_process() -> None:
    """Written out picture by picture, without components: full rank keeps all distances."""
    crowds = [crowd(9, seed=1), crowd(6, seed=2)]
    factors = np.concatenate([np.full(3, np.sqrt(0.4 / 3)), np.full(4, np.sqrt(0.6 / 4))])
    ready = [(c.upright - c.upright.mean(0)) / c.upright.std(0) * factors for c in crowds]
    places, owner = np.concatenate(ready), np.repeat([0, 1], [9, 6])
    apart = np.square(places[:, None] - places[None]).sum(axis=2)
    kin = np.where(owner[:, None] == owner[None], 1.0, 0.5)
    covariance = kin * np.exp(-apart / np.median(apart))
    bins = np.arange(1, 11)
    bases = [c.shares.mean(axis=0) for c in crowds]
    spreads = [(c.shares @ bins).std() for c in crowds]
    looks = np.concatenate(
        [(c.shares - b) / s for c, b, s in zip(crowds, bases, spreads, strict=True)]
    )
    noise = np.diag(2.0 / np.concatenate([c.votes for c in crowds]))
    means = covariance @ np.linalg.solve(covariance + noise, looks)
    for number in (0, 1):
        expected = np.maximum(bases[number] + spreads[number] * means[owner == number], FLOOR)
        expected /= expected.sum(axis=1, keepdims=True)
        assert judged(crowds, CONFIG, number) == pytest.approx(expected, abs=2e-5)


def test_more_components_than_pictures_change_nothing() -> None:
    crowds = [crowd(5, seed=3)]
    few = judged(crowds, replace(CONFIG, rank=4), 0)
    assert judged(crowds, replace(CONFIG, rank=200), 0) == pytest.approx(few, abs=1e-5)


def test_pictures_shown_twice_and_constant_features_do_no_harm() -> None:
    one = crowd(8, seed=4)
    features = np.concatenate([one.upright, one.upright])
    features[:, 2] = 123.456
    twice = CrowdVotes(features, features, np.tile(one.shares, (2, 1)), np.tile(one.votes, 2))
    head = fit_kernel_head([twice], CONFIG, widths=WIDTHS)
    nudged = features.copy()
    nudged[:, 2] *= 1 + 2e-7
    before, after = (head(torch.from_numpy(view), 0).numpy() for view in (features, nudged))
    assert np.isfinite(before).all()
    assert after == pytest.approx(before, abs=2e-3)
    assert before[:8] == pytest.approx(before[8:], abs=1e-6)


def test_a_crowd_of_one_picture_learns_from_its_kin() -> None:
    crowds = [crowd(12, seed=5), crowd(1, seed=6)]
    assert judged(crowds, CONFIG, 1).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda c: replace(c, votes=c.votes * 0), "nobody voted"),
        (lambda c: replace(c, upright=c.upright * np.nan), "picture 0 of crowd 0"),
        (lambda c: replace(c, upright=c.upright * 0, mirror=c.mirror * 0), "exactly alike"),
        (lambda _: crowd(1, seed=7), "exactly alike"),
    ],
)
def test_what_teaches_nothing_is_refused(
    damage: Callable[[CrowdVotes], CrowdVotes], words: str
) -> None:
    with pytest.raises(KernelFitError, match=words):
        fit_kernel_head([damage(crowd(6, seed=8))], CONFIG, widths=WIDTHS)
