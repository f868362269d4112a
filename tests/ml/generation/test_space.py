"""Distances between sets of pictures."""

import numpy as np
import pytest

from ml.evaluation.generation_space import diversity, frechet, kid, kid_estimate, space_of


def drawn(count: int, *, seed: int, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1.0, size=(count, 8))


def test_sets_of_one_kind_are_about_zero_apart_and_others_are_not() -> None:
    found = kid_estimate(drawn(300, seed=1), drawn(300, seed=2), size=100)
    assert found.low < 0 < found.high  # unbiased: it falls below zero as often as not
    assert abs(found.value) < 0.05
    assert kid(drawn(300, seed=1), drawn(300, seed=2, shift=0.7)) > 0.5


def test_kid_of_two_pairs_by_hand() -> None:
    first, second = np.array([[1.0], [2.0]]), np.array([[0.0], [1.0]])
    # k(x, y) = (xy + 1)^3: within 27 and 1, across (1 + 8 + 1 + 27) / 4
    assert kid(first, second) == pytest.approx(27 + 1 - 2 * 37 / 4)


def test_frechet_distance_of_normal_sets_is_the_distance_of_their_means() -> None:
    same = frechet(drawn(4000, seed=1), drawn(4000, seed=2))
    moved = frechet(drawn(4000, seed=1), drawn(4000, seed=2, shift=1.0))
    assert same == pytest.approx(0.0, abs=0.1)
    assert moved == pytest.approx(8.0, rel=0.1)


def test_the_space_gives_real_pictures_unit_length_in_every_component() -> None:
    features = np.random.default_rng(0).normal(3.0, 2.0, size=(50, 20)).astype(np.float32)
    placed = space_of(features, components=6).place(features)
    assert placed.shape == (50, 6)
    assert np.square(placed).sum(axis=1).mean() == pytest.approx(6.0)
    assert placed.mean(axis=0) == pytest.approx(np.zeros(6), abs=1e-6)


def test_diversity_is_the_mean_distance_of_pairs() -> None:
    assert diversity(np.array([[0.0], [1.0], [3.0]])) == pytest.approx(2.0)
