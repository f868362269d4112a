"""Figures of cropping against cases worked out by hand."""

import numpy as np
import pytest

from ml.evaluation.cropping_metrics import (
    among_best,
    displacement,
    overlap,
    rank_agreement,
    regret,
    weighted_among_best,
)

OPINIONS = np.array([5.0, 4.0, 3.0, 2.0, 1.0, 0.0])


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([0, 0, 2, 2], 1.0),
        ([1, 0, 3, 2], 2 / 6),  # half of each is shared
        ([1, 1, 2, 2], 1 / 4),
        ([2, 0, 4, 2], 0.0),  # they touch
        ([3, 3, 4, 4], 0.0),
    ],
)
def test_boxes_overlap_by_what_they_share_over_what_they_cover(
    other: list[float], expected: float
) -> None:
    assert overlap(np.array([0, 0, 2, 2]), np.array(other)) == pytest.approx(expected)


def test_edges_are_displaced_by_the_mean_of_four_distances() -> None:
    gap = displacement(np.array([0.1, 0.2, 0.9, 1.0]), np.array([0.0, 0.2, 1.0, 0.8]))
    assert gap == pytest.approx((0.1 + 0 + 0.1 + 0.2) / 4)


def test_a_reversed_ranking_agrees_by_minus_one() -> None:
    ranked, linear = rank_agreement(-OPINIONS, OPINIONS)
    assert ranked == pytest.approx(-1)
    assert linear == pytest.approx(-1)
    assert rank_agreement(OPINIONS**3, OPINIONS)[0] == pytest.approx(1)


def test_the_highest_scored_crops_are_looked_up_among_peoples_best() -> None:
    scores = np.array([0.0, 9.0, 0.0, 8.0, 7.0, 0.0])  # people's ranks 1, 3 and 4
    assert among_best(scores, OPINIONS, k=1, n=2) == 1
    assert among_best(scores, OPINIONS, k=3, n=2) == pytest.approx(1 / 3)
    assert among_best(scores, OPINIONS, k=3, n=4) == pytest.approx(2 / 3)


def test_a_crop_that_is_liked_as_well_as_the_last_of_the_best_is_among_them() -> None:
    opinions = np.array([3.0, 2.0, 2.0, 1.0])
    assert among_best(np.array([0.0, 0.0, 1.0, 0.0]), opinions, k=1, n=2) == 1
    assert among_best(np.array([0.0, 0.0, 0.0, 1.0]), opinions, k=1, n=2) == 0


def test_a_hit_weighs_less_the_further_its_rank_is_from_the_ideal() -> None:
    assert weighted_among_best(OPINIONS, OPINIONS, k=3, n=5) == 1, "a perfect list"
    scores = np.array([0.0, 9.0, 0.0, 8.0, 0.0, 7.0])  # ranks 1, 3 and 5 for 0, 1 and 2
    expected = (np.exp(-1 / 4) + np.exp(-2 / 4) + 0) / 3  # the last one is no hit
    assert weighted_among_best(scores, OPINIONS, k=3, n=4) == pytest.approx(expected)


def test_regret_is_what_the_best_crop_would_have_gained() -> None:
    assert regret(np.array([0, 0, 1, 0, 0, 0]), OPINIONS) == 2
    assert regret(OPINIONS, OPINIONS) == 0
