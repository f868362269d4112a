"""A run about an attribute makes one head anew, leaves the others alone, and is judged as any."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ml.contracts.attributes_card import HELD_OUT, read_attributes_card
from ml.contracts.card import read_document
from ml.contracts.manifest import read_manifest
from ml.contracts.retrain import RefusalCode, RunExit, RunRecipe, SaidKind, read_request
from ml.contracts.verdict import ReasonCode, Ruling
from ml.inference.attributes import load_attribute_mapper
from ml.training.challenger import attribute_card
from ml.training.challenger.folder import RunFolder
from ml.training.learned_pictures import PREFIX
from tests.ml.training.attribute_runs import name_learned, write_attribute_run
from tests.ml.training.runs import Ran, change_request, report_of, retrain, show_elsewhere

Finished = tuple[RunFolder, Ran]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def refined(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Finished:
    folder = write_attribute_run(tmp_path_factory.mktemp("refined") / "run", RunRecipe.REFINE)
    return folder, retrain(folder, cache=cache)


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Finished:
    folder = write_attribute_run(
        tmp_path_factory.mktemp("added") / "run", RunRecipe.HEAD, target="mood", low=0, high=4
    )
    return folder, retrain(folder, cache=cache)


def test_a_moved_head_passes_and_all_others_stay_to_the_last_bit(refined: Finished) -> None:
    folder, ran = refined
    assert ran.status == RunExit.DONE
    verdict = report_of(folder).verdict
    assert verdict.passed
    assert verdict.champion is not None
    assert verdict.gain.low > 0
    assert verdict.challenger.emd_r2 is None
    assert {ReasonCode.SPEED, ReasonCode.MEMORY} <= {each.code for each in verdict.reasons}
    before, after = load_file(folder.champion), load_file(folder.weights)
    assert before.keys() == after.keys()
    for name, tensor in after.items():
        moved = "merge" in name or "attribute" in name
        same = [torch.equal(new, old) for new, old in zip(tensor, before[name], strict=True)]
        assert same == ([True, False, True] if moved else [True] * len(same)), name


def test_a_head_that_the_champion_lacks_is_added_and_must_beat_a_constant(added: Finished) -> None:
    folder, ran = added
    assert ran.status == RunExit.DONE
    verdict = report_of(folder).verdict
    assert verdict.passed
    assert verdict.champion is None
    assert report_of(folder).flips == ()
    network, card = load_attribute_mapper(folder.weights, folder.card, device="cpu")
    assert network.keys == ("overall", "light", "symmetry", "mood")
    assert card.shown == ("overall", "light", "mood")
    # AttAM draws the row of AWCU's branch: an added head has one, in its own units.
    mood = read_document(folder.card)["heads"][3]
    assert mood["awcu"]["value"] > 0.8
    assert network.attribute_weight[3].abs().sum() > 0


def test_the_card_is_the_champions_brought_up_to_date(refined: Finished) -> None:
    folder, _ = refined
    before, after = read_document(folder.champion_card), read_document(folder.card)
    card = read_attributes_card(folder.card)
    light = card.head("light")
    assert light is not None
    assert (light.n, light.learned_from, light.tested_on) == (80, 48 + 116, 16)
    assert (light.protocol, light.raters) == (HELD_OUT, 20)
    assert light.shown and light.srcc.low > 0
    assert light.baseline == "ridge on colour statistics"
    assert light.ceiling is not None and light.ceiling > 0.9
    assert len(light.reference) == 101
    assert [after["heads"][at] for at in (0, 2)] == [before["heads"][at] for at in (0, 2)]
    assert set(after["heads"][1]["learned"]) == {key[:PREFIX] for key in _of_part(folder, "train")}
    assert after["maps"] == before["maps"]
    assert card.limits[0] == before["limits"][0]
    assert any("maps: measured on champion" in note for note in card.notes)
    assert any("chance: symmetry" in note for note in card.notes)
    assert after["training"]["champion"]["version"] == "champion"
    assert after["data"][-1]["snapshot"] == read_request(folder.request).snapshot
    assert after["verdicts"][0] == "The head of light passed the gate."


def test_it_says_its_rounds_in_squared_error_and_what_it_is_wrong_about(refined: Finished) -> None:
    folder, ran = refined
    rounds = ran.of(SaidKind.EPOCH)
    assert [said.phase for said in rounds] == ["refine"] * 4
    assert all(said.loss is not None and said.emd_r2 is None for said in rounds)
    assert (rounds[-1].loss or 1) < (rounds[0].loss or 0)
    mistakes = ran.of(SaidKind.MISTAKES)[-1].mistakes
    assert {each.artwork for each in mistakes} <= _of_part(folder, "validation")
    assert (folder.artefacts / "predictions.csv").is_file()


def test_the_same_request_gives_the_same_weights(refined: Finished, tmp_path: Path) -> None:
    again = write_attribute_run(tmp_path / "again", RunRecipe.REFINE)
    assert retrain(again).status == RunExit.DONE
    assert again.weights.read_bytes() == refined[0].weights.read_bytes()


def test_without_an_own_head_to_move_refine_learns_a_fresh_one(
    added: Finished, tmp_path: Path, cache: Path
) -> None:
    folder = write_attribute_run(tmp_path / "run", RunRecipe.REFINE, target="mood", low=0, high=4)
    assert retrain(folder, cache=cache).status == RunExit.DONE
    assert folder.weights.read_bytes() == added[0].weights.read_bytes()


def test_a_head_that_loses_on_another_snapshots_test_is_vetoed_by_its_name(
    tmp_path: Path, cache: Path
) -> None:
    folder = write_attribute_run(tmp_path / "run", RunRecipe.REFINE)
    show_elsewhere(folder, "b")
    assert retrain(folder, cache=cache).status == RunExit.DONE
    verdict = report_of(folder).verdict
    assert not verdict.passed
    assert (verdict.slices[-1].key, verdict.slices[-1].vetoes) == ("b", True)
    assert "other pictures: Instruments" in verdict.reasons[1].text


def test_no_better_answers_no_promotion(tmp_path: Path, cache: Path, refined: Finished) -> None:
    """The model that just learned these pictures cannot be beaten by learning them again."""
    first, _ = refined
    folder = write_attribute_run(tmp_path / "run", RunRecipe.REFINE)
    folder.champion.write_bytes(first.weights.read_bytes())
    folder.champion_card.write_bytes(first.card.read_bytes())
    assert retrain(folder, cache=cache).status == RunExit.DONE
    verdict = report_of(folder).verdict
    assert not verdict.passed
    assert verdict.reasons[0].ruling is Ruling.VETO
    heads = [read_document(card)["heads"][1] for card in (first.card, folder.card)]
    assert heads[0]["learned"] == heads[1]["learned"]
    assert [head["learned_complete"] for head in heads] == [False, False]


def test_test_pictures_that_its_own_head_learned_from_are_left_out(
    tmp_path: Path, cache: Path
) -> None:
    folder = write_attribute_run(tmp_path / "run", RunRecipe.HEAD)
    known = sorted(_of_part(folder, "test"))[:3]
    name_learned(folder.champion_card, "light", [key[:PREFIX] for key in known])
    name_learned(folder.champion_card, "symmetry", [key[:PREFIX] for key in known[1:]])
    assert retrain(folder, cache=cache).status == RunExit.DONE
    report = report_of(folder)
    assert report.learned_before == 3
    assert not {point.artwork for point in report.points} & set(known)


def test_other_numbers_than_the_card_says_are_the_gates_to_refuse(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_attribute_run(tmp_path / "run", RunRecipe.HEAD)
    answered = attribute_card.golden_values
    monkeypatch.setattr(
        attribute_card,
        "golden_values",
        lambda *network, **picture: {
            key: value + 0.5 for key, value in answered(*network, **picture).items()
        },
    )
    assert retrain(folder, cache=cache).status == RunExit.DONE
    verdict = report_of(folder).verdict
    assert not verdict.passed
    assert ReasonCode.GOLDEN in {
        each.code for each in verdict.reasons if each.ruling is Ruling.VETO
    }


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"recipe": RunRecipe.FINE_TUNE}, RefusalCode.BAD_REQUEST, "learned as a head"),
        ({"recipe": RunRecipe.SCRATCH}, RefusalCode.BAD_REQUEST, "learned as a head"),
        ({"changes": {"head_epochs": 3}}, RefusalCode.BAD_REQUEST, "no fields"),
        ({"target": "sparkle"}, RefusalCode.BAD_REQUEST, "no answer about sparkle"),
        ({"low": 0.5}, RefusalCode.BAD_REQUEST, "goes from 0.5 to 1"),
        ({"low": 1.0}, RefusalCode.BAD_REQUEST, "empty range"),
    ],
)
def test_what_cannot_be_learned_is_refused_by_name(
    changes: dict[str, object], code: RefusalCode, words: str, tmp_path: Path
) -> None:
    folder = write_attribute_run(tmp_path / "run", RunRecipe.HEAD)
    change_request(folder, read_request(folder.request), **changes)
    ran = retrain(folder)
    assert ran.status == RunExit.REFUSED
    (refused,) = ran.of(SaidKind.REFUSED)
    assert refused.code == code
    assert words in refused.text
    assert not folder.report.exists()


def test_without_an_attribute_model_there_is_nothing_to_look_with(tmp_path: Path) -> None:
    folder = write_attribute_run(tmp_path / "run", RunRecipe.HEAD)
    folder.champion.unlink()
    folder.champion_card.unlink()
    ran = retrain(folder)
    assert ran.of(SaidKind.REFUSED)[0].code == RefusalCode.CHAMPION_UNFIT


def _of_part(folder: RunFolder, part: str) -> set[str]:
    return {row.artwork for row in read_manifest(folder.manifest).rows if row.part == part}
