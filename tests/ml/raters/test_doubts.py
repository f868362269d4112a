"""Doubts: who presses anything is named with the reason, who is honest is left alone."""

from dataclasses import replace

import numpy as np
import pytest

from ml.contracts.crowd import Doubt
from ml.raters.doubts import Checks, doubts
from ml.raters.model import fit
from ml.raters.opinion import Opinion
from ml.raters.votes import LEFT, Ballot, Pairs
from tests.ml.raters.planted import joined, plant, voted

HONEST = plant(pictures=120, raters=60, scores=60 * 60)


@pytest.fixture(scope="module")
def honest() -> Opinion:
    return fit(HONEST.ballot)


def _found(ballot: Ballot, rater: int) -> tuple[Doubt, ...]:
    return doubts(ballot, fit(ballot))[rater]


def test_hardly_an_honest_rater_is_doubted(honest: Opinion) -> None:
    assert sum(map(bool, doubts(HONEST.ballot, honest))) <= 1


def test_raters_who_press_anything_are_doubted_for_what_they_do() -> None:
    votes = HONEST.ballot.scores
    mine = [votes.level[votes.rater == rater] for rater in range(3)]
    ballot = voted(HONEST.ballot, 0, 4)
    ballot = voted(ballot, 1, np.random.default_rng(5).integers(0, 10, len(mine[1])))
    ballot = voted(ballot, 2, 9 - mine[2])
    found = doubts(ballot, fit(ballot))

    assert found[:3] == ((Doubt.CONSTANT,), (Doubt.RANDOM,), (Doubt.RANDOM,))


def test_the_same_answer_to_pictures_that_are_alike_is_no_fault() -> None:
    ballot = plant(pictures=20, raters=20, scores=300).ballot
    same = replace(ballot, scores=replace(ballot.scores, level=np.full(300, 6, np.int8)))

    assert not any(doubts(same, fit(same)))


def test_few_votes_raise_no_doubt() -> None:
    assert _found(joined(HONEST.ballot, 3, [9]), 60) == ()


def test_one_side_of_every_pair_is_no_answer() -> None:
    ballot = plant(raters=20, pairs=800).ballot
    outcome = np.where(ballot.pairs.rater == 7, LEFT, ballot.pairs.outcome).astype(np.int8)
    sided = replace(ballot, pairs=replace(ballot.pairs, outcome=outcome))
    found = doubts(sided, fit(sided))

    assert Doubt.SIDED in found[7]
    assert sum(Doubt.SIDED in each for each in found) <= 2


def test_pairs_answered_backwards_follow_no_picture() -> None:
    ballot = plant(raters=20, pairs=1200).ballot
    pairs = ballot.pairs
    swapped = np.where((pairs.rater == 3) & (pairs.outcome < 2), 1 - pairs.outcome, pairs.outcome)
    wrong = replace(
        ballot,
        pairs=Pairs(pairs.rater, pairs.left, pairs.right, swapped.astype(np.int8), pairs.weight),
    )
    found = doubts(wrong, fit(wrong))

    assert [rater for rater, each in enumerate(found) if Doubt.RANDOM in each] == [3]


def test_pushers_who_came_together_are_named_and_those_before_them_are_not() -> None:
    target = int(np.argsort(HONEST.quality)[30])
    ballot = joined(HONEST.ballot, target, [9] * 12)
    arrived = np.append(np.linspace(0, 9e5, 60), 9.5e5 + np.arange(12.0))
    found = doubts(ballot, fit(ballot), arrived=arrived)

    assert np.mean([Doubt.PUSHING in each for each in found[60:]]) >= 0.5
    assert sum(Doubt.PUSHING in each for each in found[:60]) <= 1


@pytest.mark.parametrize(("missed", "doubted"), [(1, False), (3, False), (7, True)])
def test_missed_checks_count_when_careful_people_miss_fewer(
    honest: Opinion, missed: int, doubted: bool
) -> None:
    checks = Checks(asked=np.full(60, 10, np.int32), missed=np.zeros(60, np.int32))
    checks.missed[5] = missed
    found = doubts(HONEST.ballot, honest, checks=checks)

    assert (Doubt.CHECKS in found[5]) is doubted


def test_answers_faster_than_eyes_are_doubted(honest: Opinion) -> None:
    dwell = np.full(60, 1.2)
    dwell[[4, 5]] = 0.2, np.nan
    found = doubts(HONEST.ballot, honest, dwell=dwell)

    assert [Doubt.FAST in found[rater] for rater in (3, 4, 5)] == [False, True, False]


def test_nobody_is_doubted_where_nobody_voted() -> None:
    empty = Ballot(raters=2, pictures=2)

    assert doubts(empty, fit(empty)) == ((), ())
