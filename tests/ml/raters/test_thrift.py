"""The next picture: what a process without numpy would choose, fair first, then thrifty."""

import numpy as np
import pytest

from ml.contracts import crowd
from ml.raters.thrift import Thrift, finished, gains_of_pairs, gains_of_votes, order, sd_after

SD = np.array([0.0, 0.05, 0.4, 1.0, 2.5])


def test_gains_are_those_that_the_web_process_computes() -> None:
    assert gains_of_votes(SD, 1.7) == pytest.approx([crowd.gain_of_vote(sd, 1.7) for sd in SD])
    gaps = np.array([-30.0, -1.2, 0.0, 0.3, 4.0])
    pairs = [crowd.gain_of_pair(gap, sd, 1.7) for gap, sd in zip(gaps, SD, strict=True)]
    assert gains_of_pairs(gaps, SD, 1.7) == pytest.approx(pairs, abs=1e-12)
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
