"""Crowds made in the likeness of a recorded one, those who spoil them, and plain Bradley-Terry."""

import choix
import numpy as np
import pytest

from ml.evaluation.crowd_pairs import PairCrowd, bradley_terry, paired
from ml.evaluation.crowd_simulation import (
    LEVELS,
    Bad,
    Elsewhere,
    Habits,
    habits_of,
    made_crowd,
    with_careless,
    with_sybils,
)
from ml.evaluation.metrics import srcc
from ml.raters.votes import LEFT, RIGHT, TIE, Ballot, Scores


def _habits(count: int = 60) -> Habits:
    generator = np.random.default_rng(1)
    return Habits(
        bias=generator.standard_normal(count),
        slope=np.full(count, 1.0),
        noise=generator.uniform(0.8, 2.0, count),
        quality=generator.normal(5.5, 1.3, 200),
    )


def test_a_made_crowd_has_the_habits_it_was_drawn_from() -> None:
    habits = _habits()
    generator = np.random.default_rng(2)
    made = made_crowd(habits, pictures=100, raters=200, each=100, generator=generator)
    found = habits_of(made.votes)
    assert found.bias.std() == pytest.approx(habits.bias.std(), rel=0.2)
    assert np.median(found.noise) == pytest.approx(np.median(habits.noise), rel=0.2)
    assert srcc(made.votes.means(), made.quality) > 0.97


def test_sybils_are_added_to_unchanged_votes_and_all_push_the_target() -> None:
    habits, generator = _habits(), np.random.default_rng(2)
    made = made_crowd(habits, pictures=30, raters=20, each=10, generator=generator)
    attacked = with_sybils(
        made,
        habits,
        target=7,
        up=True,
        elsewhere=Elsewhere.CONSTANT,
        each=10,
        share=0.2,
        generator=generator,
    )
    before = len(made.votes.level)
    assert attacked.votes.raters == 25
    assert (attacked.votes.level[:before] == made.votes.level).all()
    new = attacked.votes.part(np.arange(before, len(attacked.votes.level)))
    assert (new.level[new.picture == 7] == LEVELS - 1).all()
    assert np.count_nonzero(new.picture == 7) == 5
    assert set(new.level[new.picture != 7]) == {LEVELS // 2 - 1}
    assert attacked.honest.sum() == 20


def test_careless_raters_do_what_they_are_said_to_do() -> None:
    generator = np.random.default_rng(2)
    made = made_crowd(_habits(), pictures=30, raters=20, each=30, generator=generator)
    spoiled, kinds = with_careless(made, {Bad.CONSTANT: 0.1, Bad.INVERTED: 0.2}, generator)
    assert not spoiled.honest[np.concatenate(list(kinds.values()))].any()
    assert spoiled.honest.sum() == 14
    upside = np.isin(made.votes.rater, kinds[Bad.INVERTED])
    assert (spoiled.votes.level[upside] == LEVELS - 1 - made.votes.level[upside]).all()
    others = spoiled.honest[made.votes.rater]
    assert (spoiled.votes.level[others] == made.votes.level[others]).all()


def test_plain_bradley_terry_is_that_of_choix() -> None:
    habits, quality = _habits(), np.linspace(3, 8, 12)
    crowd = PairCrowd(side=0.0, sided=0.0, random=0.0, tie=0.0)
    pairs = paired(habits, quality, crowd, answers=900, generator=np.random.default_rng(3))
    left = pairs.outcome == LEFT
    winners = np.where(left, pairs.left, pairs.right)
    losers = np.where(left, pairs.right, pairs.left)
    theirs = choix.opt_pairwise(12, list(zip(winners, losers, strict=True)), alpha=0.01)
    ours = bradley_terry(Ballot(60, 12, scores=Scores(), pairs=pairs))
    assert ours == pytest.approx(theirs - theirs.mean(), abs=0.02)


def test_sided_raters_press_one_side_and_ties_are_between() -> None:
    crowd = PairCrowd(side=0.0, sided=1.0, random=0.0)
    pairs = paired(
        _habits(), np.linspace(3, 8, 9), crowd, answers=50, generator=np.random.default_rng(3)
    )
    assert (pairs.outcome == LEFT).all()
    honest = PairCrowd(side=0.0, sided=0.0, random=0.0, tie=0.5)
    same = paired(
        _habits(), np.full(9, 5.0), honest, answers=3000, generator=np.random.default_rng(3)
    )
    shares = np.bincount(same.outcome, minlength=3) / 3000
    assert shares[TIE] == pytest.approx(0.383, abs=0.04)
    assert shares[LEFT] == pytest.approx(shares[RIGHT], abs=0.05)
