"""The gate and chance: how seldom luck passes, in one try and in many, and what votes can say."""

from dataclasses import replace

import numpy as np
import pytest

from ml.contracts.retrain import RunRecipe, RunRequest
from ml.contracts.verdict import ReasonCode
from ml.evaluation.gate import ceiling, decide
from ml.evaluation.gate_inputs import (
    Occasion,
)
from ml.evaluation.gate_levels import level_of
from ml.evaluation.metrics import mean_scores, srcc
from tests.ml.evaluation.verdicts import (
    GATE,
    VOTES,
    crowd,
    erring,
    judged,
    ruled,
    shares_of,
    vetoes,
)

COPIED = ("shares", "means", "votes")


def test_of_challengers_that_differ_by_noise_few_pass() -> None:
    passed = 0
    for seed in range(80):
        worth, truth = crowd(60, seed=seed)
        challenger, champion = (erring(worth, 0.6, seed=1000 * seed + n) for n in (1, 2))
        passed += ruled(challenger, champion, truth, gate=replace(GATE, resamples=200)).passed
    assert passed <= 6  # 2.5 of 100 are expected; more than 6 of 80 would be 1 in 100


def test_who_tries_often_must_prove_more_and_all_tries_together_err_as_seldom_as_allowed() -> None:
    spent = [1 - level_of(0.95, attempt) for attempt in range(1, 2000)]
    assert spent[:4] == pytest.approx([0.05, 0.025, 0.05 / 6, 0.05 / 12])
    assert sum(spent) / 2 < 0.05  # an interval errs to either side alike
    worth, truth = crowd(120)
    models = erring(worth, 0.5, seed=2), erring(worth, 0.62, seed=3)
    first, fifth = (ruled(*models, truth, occasion=Occasion(attempt=n)) for n in (1, 5))
    assert fifth.gain.low < first.gain.low < first.gain.high < fifth.gain.high
    assert "It is challenger 5 on this test" in fifth.reasons[0].text
    assert "must hold at 99.8 %" in fifth.reasons[0].text
    assert "challenger" not in first.reasons[0].text


def test_the_same_weights_again_are_no_new_challenger() -> None:
    request = RunRequest("1", "new", "2026-11-21", RunRecipe.HEAD, earlier=("a", "b", "a"))
    assert [request.attempt(digest) for digest in ("a", "b", "c")] == [1, 2, 3]


def test_near_duplicates_prove_no_more_than_one_of_them_does() -> None:
    proved, apart = 0, np.repeat(np.arange(40), 5)
    for seed in range(40):
        worth, alone = crowd(40, seed=seed)
        models = [erring(worth, 0.6, seed=1000 * seed + n) for n in (1, 2)]
        same = (np.repeat(each.means, 5) for each in models)
        truth = replace(
            alone,
            **{name: np.repeat(getattr(alone, name), 5, axis=0) for name in COPIED},
            groups=apart[::-1],
            constant=judged(np.full(200, 5.5)),
        )
        verdict = ruled(*map(judged, same), truth, gate=replace(GATE, resamples=200))
        proved += ReasonCode.BETTER not in vetoes(verdict)
    assert proved <= 4  # 1 is expected; 6 do if each is held to be alone
    assert "200 test pictures (40 if near-duplicates count as one)" in verdict.reasons[0].text


def test_copies_of_few_pictures_are_few_pictures() -> None:
    worth, truth = crowd(60)
    models = erring(worth, 0.1, seed=2), erring(worth, 2.0, seed=3)
    copies = replace(truth, groups=np.arange(60) // 4)
    assert ReasonCode.TOO_FEW in vetoes(ruled(*models, copies))
    numbered_otherwise = replace(truth, groups=np.random.default_rng(1).permutation(60))
    assert ruled(*models, numbered_otherwise) == ruled(*models, truth)


def test_the_ceiling_is_what_a_second_crowd_reaches() -> None:
    worth, truth = crowd(400)
    again = np.random.default_rng(9)
    second = np.stack([again.multinomial(VOTES, row) for row in shares_of(worth)]) / VOTES
    found = ceiling(truth, gate=GATE, seed=1)
    assert found is not None
    assert found.value == pytest.approx(srcc(mean_scores(second), truth.means), abs=0.03)


def test_single_votes_say_nothing_of_a_second_crowd() -> None:
    _, truth = crowd(50)
    assert ceiling(replace(truth, votes=np.ones(50)), gate=GATE, seed=1) is None


def test_the_same_seed_gives_the_same_verdict_and_another_nearly_so() -> None:
    worth, truth = crowd(100)
    models = erring(worth, 0.4, seed=2), erring(worth, 0.7, seed=3)
    first, second = (decide(*models, truth, {}, GATE, 5) for _ in range(2))
    assert first == second
    other = decide(*models, truth, {}, GATE, 6)
    assert other.gain.value == first.gain.value
    assert other.gain.low != first.gain.low
