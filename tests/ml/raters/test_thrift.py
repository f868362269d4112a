"""The next picture: what a process without numpy would choose, fair first, then thrifty."""

import numpy as np
import pytest

from ml.contracts import crowd
from ml.raters.thrift import (
    Thrift,
    crowding_of,
    finished,
    gains_of_pairs,
    gains_of_places,
    gains_of_votes,
    order,
    sd_after,
)

SD = np.array([0.0, 0.05, 0.4, 1.0, 2.5])


def test_gains_are_those_that_the_web_process_computes() -> None:
    assert gains_of_votes(SD, 1.7) == pytest.approx([crowd.gain_of_vote(sd, 1.7) for sd in SD])
    gaps = np.array([-30.0, -1.2, 0.0, 0.3, 4.0])
    pairs = [crowd.gain_of_pair(gap, sd, 1.7) for gap, sd in zip(gaps, SD, strict=True)]
    assert gains_of_pairs(gaps, SD, 1.7) == pytest.approx(pairs, abs=1e-12)
    near = np.array([1.0, 0.2, 3.0, 0.0, 1.0])
    places = [crowd.gain_of_place(sd, 1.7, one) for sd, one in zip(SD, near, strict=True)]
    assert gains_of_places(SD, 1.7, near) == pytest.approx(places)
    votes = np.array([0, 1, 2, 3, 40])
    left = [crowd.sd_after(sd, 1.7, int(more)) for sd, more in zip(SD, votes, strict=True)]
    assert sd_after(SD, 1.7, votes) == pytest.approx(left)


def test_the_gain_of_a_vote_is_what_the_interval_loses() -> None:
    before, after = SD[1:], sd_after(SD[1:], 1.7, np.ones(4))
    assert gains_of_votes(before, 1.7) == pytest.approx(np.log(before / after))


def test_pictures_below_their_minimum_come_first_and_then_the_least_known() -> None:
    sd, votes = np.array([0.2, 0.9, 0.1, 0.5]), np.array([5, 9, 1, 5])
    ranked = order(sd, votes, 1.7, Thrift(minimum=3), np.random.default_rng(1))
    assert ranked.tolist() == [2, 1, 3, 0]


def test_equal_pictures_take_turns() -> None:
    generator = np.random.default_rng(1)
    first = [int(order(np.ones(6), np.zeros(6), 1.7, Thrift(), generator)[0]) for _ in range(300)]
    assert np.bincount(first, minlength=6).min() > 25


def test_a_picture_is_finished_when_it_is_known_well_but_never_below_its_minimum() -> None:
    sd, votes, rule = np.array([0.3, 0.3, 0.5]), np.array([8, 2, 40]), Thrift(minimum=5, width=1.0)
    assert finished(sd, votes, rule).tolist() == [True, False, False]
    assert order(sd, votes, 1.7, rule, np.random.default_rng(1)).tolist() == [1, 2]
    assert not finished(sd, votes, Thrift(minimum=5)).any()


def test_where_the_order_matters_crowded_pictures_come_first() -> None:
    mean = np.concatenate([np.linspace(5, 6, 20), [2.0, 9.0]])
    sd, votes = np.full(22, 0.4), np.full(22, 5)
    near = crowding_of(mean, sd)
    ranked = order(sd, votes, 1.7, Thrift(), np.random.default_rng(1), crowding=near)
    assert set(ranked[-2:]) == {20, 21}
    assert near.mean() == pytest.approx(1)
    assert crowding_of(mean[:1], sd[:1]).tolist() == [1.0]
