"""The gate: what passes and what vetoes."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from ml.contracts.verdict import ReasonCode, Ruling
from ml.evaluation.gate_inputs import (
    Elsewhere,
    GateError,
    NotFiniteJudgedError,
    Occasion,
)
from tests.ml.evaluation.verdicts import (
    GATE,
    crowd,
    erring,
    judged,
    ruled,
    text_of,
    vetoes,
)


def test_a_better_model_passes_and_the_first_reason_says_by_how_much() -> None:
    worth, truth = crowd(200)
    verdict = ruled(erring(worth, 0.4, seed=2), erring(worth, 0.9, seed=3), truth)
    assert verdict.passed
    assert verdict.gain.low > 0
    first = verdict.reasons[0]
    assert (first.code, first.ruling) == (ReasonCode.BETTER, Ruling.PASS)
    assert f"{verdict.gain.value:+.3f}" in first.text
    assert first.text.startswith("Better than the champion at ordering pictures and at foretelling")
    assert "200 test pictures" in first.text


def test_a_model_is_not_promoted_over_its_own_copy() -> None:
    worth, truth = crowd(200)
    same = erring(worth, 0.5, seed=2)
    verdict = ruled(same, same, truth)
    assert vetoes(verdict) == {ReasonCode.BETTER}
    assert verdict.gain.value == verdict.gain.low == verdict.gain.high == 0
    assert "found four times in five" in text_of(verdict, ReasonCode.TOO_FEW)


def test_a_worse_model_is_refused_as_certainly_worse() -> None:
    worth, truth = crowd(200)
    verdict = ruled(erring(worth, 1.2, seed=2), erring(worth, 0.4, seed=3), truth)
    assert ReasonCode.BETTER in vetoes(verdict)
    assert verdict.reasons[0].text.startswith("Certainly worse than the champion")


def test_a_loss_on_other_pictures_vetoes_by_name_and_without_any_the_verdict_says_so() -> None:
    worth, truth = crowd(200)
    models = erring(worth, 0.4, seed=2), erring(worth, 0.9, seed=3)
    there, votes = crowd(120, seed=7)
    lost = Elsewhere(
        "b", "other pictures: Instruments", votes, erring(there, 1.5, seed=4), judged(there)
    )
    kept = replace(lost, key="c", challenger=judged(there), champion=erring(there, 1.5, seed=4))
    verdict = ruled(*models, truth, occasion=Occasion(elsewhere=(lost, kept)))
    assert vetoes(verdict) == {ReasonCode.SLICE}
    assert "Worse on other pictures: Instruments (120 pictures)" in text_of(
        verdict, ReasonCode.SLICE
    )
    assert [(part.key, part.vetoes) for part in verdict.slices] == [("b", True), ("c", False)]
    alone = "All of this is about pictures like these: nothing else was looked at."
    assert alone not in {reason.text for reason in verdict.reasons}
    assert alone in {reason.text for reason in ruled(*models, truth).reasons}


def test_what_was_learned_from_unnamed_pictures_is_taken_on_trust_and_said() -> None:
    worth, truth = crowd(200)
    models = erring(worth, 0.4, seed=2), erring(worth, 0.9, seed=3)
    assert ReasonCode.LEARNED not in {each.code for each in ruled(*models, truth).reasons}
    unsure = ruled(*models, truth, occasion=Occasion(named=False))
    assert unsure.passed
    assert "do not name all pictures" in text_of(unsure, ReasonCode.LEARNED)


def test_better_on_the_whole_but_broken_in_the_dark_is_vetoed_by_name() -> None:
    worth, truth = crowd(300)
    dark = np.arange(300) < 50
    sound = erring(worth, 0.3, seed=2)
    broken = sound.means.copy()
    broken[dark] = broken[dark][::-1]
    parts = {"dark": ("dark pictures", dark), "light": ("light pictures", ~dark)}
    champion = erring(worth, 0.9, seed=3)
    verdict = ruled(judged(broken, half_width=0.6), champion, truth, parts)
    assert verdict.gain.low > 0
    assert vetoes(verdict) == {ReasonCode.SLICE}
    assert "dark pictures (50 pictures)" in text_of(verdict, ReasonCode.SLICE)
    assert [part.vetoes for part in verdict.slices] == [True, False]
    assert ruled(sound, champion, truth, parts).passed


def test_a_slice_of_too_few_pictures_has_no_say() -> None:
    worth, truth = crowd(300)
    few = np.arange(300) < GATE.fewest - 1
    guess = worth.copy()
    guess[few] = worth[few][::-1]
    challenger = judged(guess, half_width=0.35)
    slices = {"few": ("few pictures", few)}
    verdict = ruled(challenger, erring(worth, 0.9, seed=3), truth, slices)
    assert verdict.passed
    assert verdict.slices[0].srcc is None


def test_intervals_far_from_their_promise_veto_unless_the_champion_is_further_off() -> None:
    worth, truth = crowd(200)
    champion = erring(worth, 0.9, seed=3)
    narrow = replace(erring(worth, 0.4, seed=2), half_widths=np.full(200, 0.1))
    assert vetoes(ruled(narrow, champion, truth)) == {ReasonCode.CALIBRATION}
    narrower = replace(champion, half_widths=np.full(200, 0.01))
    assert ruled(narrow, narrower, truth).passed


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"golden": False}, ReasonCode.GOLDEN),
        ({"milliseconds": 31.0}, ReasonCode.SPEED),
        ({"megabytes": 8.1}, ReasonCode.MEMORY),
    ],
)
def test_what_cannot_serve_is_vetoed_however_good(
    change: Mapping[str, object], code: ReasonCode
) -> None:
    worth, truth = crowd(200)
    challenger = replace(erring(worth, 0.4, seed=2), **change)  # type: ignore[arg-type]
    assert vetoes(ruled(challenger, erring(worth, 0.9, seed=3), truth)) == {code}


def test_the_first_model_of_all_must_beat_a_constant() -> None:
    worth, truth = crowd(100)
    assert ruled(erring(worth, 0.5, seed=2), None, truth).passed
    guessing = judged(np.random.default_rng(4).normal(5.5, 0.9, 100))
    assert not ruled(guessing, None, truth).passed


def test_a_bad_champion_does_not_let_a_guesser_through() -> None:
    worth, truth = crowd(150)
    guessing = judged(np.random.default_rng(4).normal(5.5, 0.3, 150))
    upside_down = judged(11.0 - worth)
    verdict = ruled(guessing, upside_down, truth)
    assert verdict.gain.low > 0
    assert ReasonCode.BASELINE in vetoes(verdict)


def test_rounding_gives_a_constant_no_order() -> None:
    worth, truth = crowd(100)
    rounded = truth.constant.means + 1e-15 * np.sign(worth - 5.5)
    nearly = replace(truth, constant=replace(truth.constant, means=rounded))
    assert ruled(erring(worth, 0.5, seed=2), None, nearly).constant.srcc.value == 0


def test_too_few_test_pictures_prove_nothing() -> None:
    worth, truth = crowd(15)
    verdict = ruled(erring(worth, 0.1, seed=2), erring(worth, 2.0, seed=3), truth)
    assert ReasonCode.TOO_FEW in vetoes(verdict)


def test_of_an_attribute_only_the_order_is_judged() -> None:
    worth, truth = crowd(150)
    constant = replace(truth.constant, shares=None, half_widths=None)
    values = replace(truth, shares=None, constant=constant)
    better, worse = (
        replace(erring(worth, error, seed=2), shares=None, half_widths=None) for error in (0.2, 1.2)
    )
    verdict = ruled(better, worse, values)
    assert verdict.passed
    assert verdict.emd_gain is None
    assert verdict.ceiling is None
    assert verdict.challenger.emd_r2 is None


def test_predictions_that_cannot_be_judged_are_refused() -> None:
    worth, truth = crowd(50)
    sound = erring(worth, 0.5, seed=2)
    holed = replace(sound, means=np.where(np.arange(50) == 3, np.nan, sound.means))
    with pytest.raises(NotFiniteJudgedError, match="not finite"):
        ruled(holed, sound, truth)
    with pytest.raises(GateError, match="49 rows"):
        ruled(replace(sound, means=sound.means[:49]), sound, truth)
    with pytest.raises(GateError, match="same votes"):
        ruled(sound, sound, replace(truth, means=np.full(50, 5.0)))
