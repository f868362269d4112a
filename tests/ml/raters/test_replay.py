"""Recorded votes given once more, and the curves read off them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ml.evaluation.crowd_coverage import halves
from ml.evaluation.crowd_curves import curves, share_of_votes, votes_needed
from ml.evaluation.crowd_estimators import Belief, plain_mean, subject_model, trimmed_mean
from ml.evaluation.crowd_replay import SESSION, Arm, Stock, Trail, arrivals, open_stock, replayed
from ml.evaluation.crowd_votes import Places, Recorded, expected_of
from ml.raters.thrift import Thrift
from ml.raters.votes import Ballot

PICTURES, RATERS, EACH = 40, 30, 30


def _votes(seed: int = 1) -> Recorded:
    generator = np.random.default_rng(seed)
    picture = np.concatenate([generator.permutation(PICTURES)[:EACH] for _ in range(RATERS)])
    rater = np.repeat(np.arange(RATERS), EACH)
    seen = picture / PICTURES * 6 + generator.standard_normal(len(picture)) * 1.5
    return Recorded(
        RATERS, PICTURES, 7, rater, picture, np.rint(np.clip(seen, 0, 6)).astype(np.intp)
    )


def _asked(stock: Stock, *, active: bool, rule: Thrift | None = None) -> list[Ballot]:
    """The ballots that an estimator was shown in a replay of all votes."""
    seen: list[Ballot] = []

    def watching(ballot: Ballot, last: Belief | None) -> Belief:
        seen.append(ballot)
        return plain_mean(ballot, last)

    arm = Arm("watched", watching, active=active, rule=rule or Thrift())
    replayed(_votes(), arm, stock, at=(1e6,), generator=np.random.default_rng(3))
    return seen


@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize("form", [open_stock, arrivals])
def test_every_vote_is_used_once_and_as_it_was_given(
    form: Callable[[Recorded, np.random.Generator], Stock], active: bool
) -> None:
    votes = _votes()
    last = _asked(form(votes, np.random.default_rng(2)), active=active)[-1].scores
    given = sorted(zip(votes.rater, votes.picture, votes.level, strict=True))
    assert sorted(zip(last.rater, last.picture, last.level, strict=True)) == given


def test_raters_are_asked_about_no_more_than_a_session_at_once() -> None:
    votes = _votes()

    def backwards(pictures: Places) -> Places:
        return np.sort(pictures)[::-1]

    first = next(arrivals(votes, np.random.default_rng(2))(backwards))
    assert len(first) == SESSION
    assert len(set(votes.rater[first])) == 1
    own = np.sort(votes.picture[votes.rater == votes.rater[first[0]]])[::-1]
    assert votes.picture[first].tolist() == own[:SESSION].tolist()


def test_asking_actively_gives_every_picture_its_turn_and_stops_where_enough_is_known() -> None:
    votes = _votes()
    arm = Arm("even", plain_mean, active=True)
    stock = open_stock(votes, np.random.default_rng(2))
    trail = replayed(votes, arm, stock, at=(0, 3), generator=np.random.default_rng(3))
    assert trail.votes.tolist() == [0, 3]
    stopped = _asked(
        open_stock(votes, np.random.default_rng(2)),
        active=True,
        rule=Thrift(minimum=4, width=3.0),
    )[-1]
    counts = np.bincount(stopped.scores.picture, minlength=PICTURES)
    assert counts.min() >= 4
    assert counts.sum() < len(votes.picture)


def test_an_arm_that_needs_half_the_votes_is_said_to_need_half() -> None:
    generator = np.random.default_rng(5)
    truth = generator.standard_normal(400) + 5.5
    noise = generator.standard_normal((6, 400))
    at = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])

    def trail(worth: float) -> Trail:
        means = truth + noise / np.sqrt(worth * at)[:, None]
        return Trail(at, means, np.ones_like(means))

    found = curves({"base": [trail(1)], "twice": [trail(2)]}, truth, resamples=40)
    share = share_of_votes(found["twice"], found["base"], 8)
    assert share.value == pytest.approx(0.5, abs=0.1)
    assert share.low < 0.5 < share.high
    assert share_of_votes(found["base"], found["base"], 8).value == pytest.approx(1)
    assert votes_needed(found["base"], 0.0) == 1.0


def test_rivals_say_what_their_formulas_say() -> None:
    votes = _votes().ballot()
    belief = plain_mean(votes, None)
    assert belief.mean == pytest.approx(_votes().means())
    assert trimmed_mean(0.0)(votes, None).mean == pytest.approx(belief.mean)
    mild = replace(_votes(), level=np.clip(_votes().level, 2, 4))
    harsh = replace(mild, level=mild.level - 2 * (mild.rater < 5))
    before, after = mild.ballot(), harsh.ballot()
    moved = subject_model(after, None).mean - subject_model(before, None).mean
    assert np.std(moved) < 0.01
    assert np.std(plain_mean(after, None).mean - plain_mean(before, None).mean) > 0.1


def test_halves_share_no_rater_and_wide_intervals_hold() -> None:
    parted = halves(_votes(), np.random.default_rng(1))
    assert len(set(parted.asked.rater)) == RATERS / 2
    mean = parted.asked.means()
    assert parted.holds(mean, np.full(PICTURES, 9.0)) == 1.0
    assert parted.holds(mean + 9, np.full(PICTURES, 0.1)) == 0.0


def test_a_scorers_ends_of_the_scale_become_those_of_the_crowd() -> None:
    votes = _votes()
    ends = np.linspace(0.5 + 10 / 14, 10.5 - 10 / 14, PICTURES)  # where votes of 1 and 7 lie
    expected = expected_of(ends, np.ones(PICTURES), votes)
    assert expected.mean[[0, -1]] == pytest.approx([1, 10])
    held = np.abs(expected.mean - votes.means()) <= 1.2816 * expected.sd
    assert np.mean(held) == pytest.approx(0.8, abs=0.03)
