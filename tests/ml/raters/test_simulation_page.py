"""Bad raters are measured, and figures become the marked parts of their page."""

import numpy as np

from ml.evaluation.crowd_attacks import MEAN, MODEL, WAYS, Recovery, Scale, averaged, recovery
from ml.evaluation.crowd_coverage import Covered, Stopped
from ml.evaluation.crowd_curves import Curve
from ml.evaluation.crowd_facts import facts_of
from ml.evaluation.crowd_page import facts_part, replay_part, simulation_part
from ml.evaluation.crowd_pairs import PairRow
from ml.evaluation.crowd_simulation import Bad, Habits, made_crowd
from ml.evaluation.crowd_study import AT, AT_HALF, BASELINE, BEST, PAIRS_AT, Replays, Simulations
from ml.evaluation.marked_section import put_into
from ml.raters.model import fit

HABITS = Habits(
    bias=np.array([-0.6, 0.0, 0.6]),
    slope=np.ones(3),
    noise=np.array([1.0, 1.4, 1.8]),
    quality=np.linspace(3, 8, 50),
)


def test_the_model_finds_the_order_that_careless_raters_hide_from_the_mean() -> None:
    found = recovery(HABITS, Scale(pictures=40, raters=30, each=20), np.random.default_rng(1))
    assert found.srcc[MODEL] > found.srcc[MEAN]
    assert set(found.caught) == set(Bad)
    assert 0 <= found.honest_flagged <= 0.2


def test_the_crowd_as_it_is_replaces_its_part_of_the_page() -> None:
    votes = made_crowd(
        HABITS, pictures=20, raters=12, each=15, generator=np.random.default_rng(1)
    ).votes
    part = facts_part(facts_of(votes, fit(votes.ballot()), seed=1), plots="images")
    assert "180 votes of 12 raters on 20 pictures" in part.text
    (name,) = part.plots
    assert f"](images/{name}.svg)" in part.text
    page = f"before\n{part.text.splitlines()[0]}\nold\n{part.text.splitlines()[-1]}\nafter"
    assert put_into(page, part.text) == f"before\n{part.text}\nafter"


def _curve(points: int, better: float) -> Curve:
    votes = np.array(AT[:points], dtype=np.float64)
    whole = 1 - 1 / (1 + better * votes)
    return Curve(votes, whole, np.tile(whole, (4, 1)))


def test_a_replay_says_what_share_of_the_votes_is_needed() -> None:
    whole, half = len(AT), len(AT_HALF)
    curves = {BASELINE: _curve(whole, 1), BEST: _curve(whole, 2)}
    done = Replays(
        opened=curves,
        arriving=curves,
        apart={BASELINE: _curve(half, 1), BEST: _curve(half, 2)},
        priors={"never met": 0.8},
        covered={"plain mean": [[Covered(5, 0.7, 2.0), Covered(10, 0.8, 1.5)]]},
        stops=[[Stopped(2.0, 5.0, np.arange(9.0), 0.79)]],
        truth=np.arange(9.0),
    )
    part = replay_part(done, plots="")
    row = next(line for line in part.text.splitlines() if line.startswith(f"| {BEST} | 0.5"))
    assert row.count("0.50 (0.50 to 0.50)") >= 3
    assert "| plain mean | 70% (70% to 70%), 2.00 | 80% (80% to 80%), 1.50 |" in part.text
    assert "![" not in part.text  # no folder of plots was named


def test_made_up_crowds_say_how_far_and_how_often() -> None:
    row = PairRow(answers=5, bradley_terry=0.5, ours=0.6, scores=0.7, half=0.55, mixed=0.65)
    srcc = dict.fromkeys(WAYS, 0.9)
    done = Simulations(
        pushed={},
        recovered={"few": [Recovery(srcc, 0.01, {Bad.RANDOM: 0.8})]},
        pairs=[[row] * len(PAIRS_AT)],
    )
    text = simulation_part(done).text
    assert "Flagged: 1.0% of the honest raters; of the others: random 80%." in text
    assert "| 5 | 0.500 | 0.600 | 0.700 | 0.650 | 0.550 |" in text
    assert averaged([-3.0, 1.0]) == "2.0 (up to 3.0)"
