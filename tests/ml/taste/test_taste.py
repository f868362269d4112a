"""A head learns where a person differs from the crowd, and says honestly what it is worth."""

from dataclasses import replace

import numpy as np
import pytest

from ml.contracts.config import Estimate
from ml.contracts.taste import Badge, enough, parse_badge
from ml.taste.badge import auc, badge_of
from ml.taste.head import HeadError, Picks, decoded, encoded, fit


def picks(count: int, *, own: float, crowd: float, seed: int = 3) -> Picks:
    """Two kinds of pictures; `own` is how much a person prefers one, `crowd` how much the crowd's
    score tells them."""
    generator = np.random.default_rng(seed)
    kind = generator.integers(0, 2, count)
    vectors = generator.normal(0, 0.3, (count, 4)) + kind[:, None]
    score = generator.normal(5, 1, count)
    logit = own * (2 * kind - 1) + crowd * (score - 5)
    return Picks(vectors, score, generator.random(count) < 1 / (1 + np.exp(-logit)))


def test_without_telling_picks_the_order_is_the_crowds():
    one = picks(1, own=0, crowd=0)
    head = fit(one)
    far = np.full((3, 4), 50.0)
    chances = head.chances(far, np.array([3.0, 5.0, 7.0]))
    assert (np.diff(chances) > 0.1).all()


def test_a_head_finds_what_its_person_likes_and_the_crowd_does_not_see():
    known, new = picks(60, own=3, crowd=0), picks(400, own=3, crowd=0, seed=4)
    head = fit(known)
    assert auc(head.logits(new.vectors, new.crowd), new.liked) > 0.9
    assert auc(new.crowd, new.liked) == pytest.approx(0.5, abs=0.1)
    chances = head.chances(new.vectors, new.crowd)
    assert abs(chances[chances > 0.8] - 1).max() < 0.2 and new.liked[chances > 0.8].mean() > 0.8


@pytest.mark.parametrize("score", [1e4, -1e4])
def test_one_absurd_score_does_not_upset_a_fit(score):
    given = picks(30, own=1, crowd=1)
    crowd = given.crowd.copy()
    crowd[0] = score
    head = fit(replace(given, crowd=crowd))
    assert np.isfinite(head.pull).all() and np.isfinite(head.slope)


def test_a_head_comes_back_from_its_bytes_and_nothing_else_does():
    given = picks(30, own=2, crowd=1)
    given = replace(given, vectors=given.vectors.astype(np.float16).astype(float))
    head = fit(given)
    same = decoded(encoded(head))
    assert np.array_equal(
        same.chances(given.vectors, given.crowd), head.chances(given.vectors, given.crowd)
    )
    for broken in (b"", b"no zip", encoded(head)[:200]):
        with pytest.raises(HeadError):
            decoded(broken)


def test_the_badge_is_of_picks_that_were_held_out():
    noise = badge_of(picks(60, own=0, crowd=0))
    assert noise.own.low < 0.5 and not noise.shown, "a head that only remembers proves nothing"
    assert "cannot foretell" in noise.text
    taste = badge_of(picks(60, own=3, crowd=0))
    assert taste.shown and taste.gain.low > 0 and "more than chance" in taste.text
    everybody = badge_of(picks(60, own=0, crowd=2))
    assert everybody.shown and "may be chance" in everybody.text
    assert badge_of(picks(60, own=3, crowd=0)) == taste, "the same picks, the same badge"


def test_copies_of_a_picture_do_not_foretell_each_other():
    """Each picture is picked three times over, by chance: only its copies could tell."""
    shown = 0
    for seed in range(8):
        once = picks(20, own=0, crowd=0, seed=seed)
        apart = 3 * np.eye(20)
        thrice = replace(once, vectors=apart).part(np.repeat(np.arange(20), 3))
        shown += badge_of(thrice).shown
    assert shown <= 2
    one = replace(thrice, vectors=np.zeros((60, 2)))
    assert not badge_of(one).shown, "one picture says nothing of others"


def test_few_people_without_a_taste_get_a_badge():
    shown = [badge_of(picks(20, own=0, crowd=0, seed=seed)).shown for seed in range(10, 35)]
    assert sum(shown) <= 3


def test_a_head_that_is_certainly_worse_than_the_crowd_is_not_shown():
    good = Estimate(0.8, 0.7, 0.9)
    badge = Badge(40, 20, own=good, crowd=good, gain=Estimate(-0.1, -0.2, -0.01))
    assert not badge.shown and "crowd foretells your picks better" in badge.text
    assert parse_badge(badge.document()) == badge


def test_nothing_is_learned_before_there_are_enough_picks_of_both_kinds():
    assert enough(10, 10) and enough(5, 15)
    assert not enough(10, 9) and not enough(30, 4)
