"""A run makes a challenger from a folder, says how it goes, and judges it by the written files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ml.contracts.card import parse_card, read_document
from ml.contracts.manifest import read_manifest
from ml.contracts.retrain import RunExit, RunRecipe, SaidKind, read_request
from ml.contracts.verdict import ReasonCode, Ruling
from ml.inference.scoring import load_scorer
from ml.training.challenger.folder import RunFolder
from ml.training.learned_pictures import PREFIX
from tests.ml.training.runs import (
    Ran,
    change_request,
    report_of,
    retrain,
    show_elsewhere,
    write_run,
)
from webapp.registry.cards import Entrant
from webapp.registry.cards import read_card as read_for_people

Finished = tuple[RunFolder, Ran]


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Finished:
    folder = write_run(tmp_path_factory.mktemp("head") / "run", RunRecipe.HEAD)
    return folder, retrain(folder, cache=cache)


@pytest.fixture(scope="module")
def refined(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Finished:
    folder = write_run(tmp_path_factory.mktemp("refined") / "run", RunRecipe.REFINE)
    return folder, retrain(folder, cache=cache)


@pytest.mark.parametrize("run", ["head", "refined"])
def test_a_truly_better_model_passes_with_its_reasons(
    run: str, request: pytest.FixtureRequest
) -> None:
    folder, ran = request.getfixturevalue(run)
    report = report_of(folder)
    assert ran.status == RunExit.DONE
    assert report.verdict.passed
    assert report.verdict.gain.value > 0
    assert {reason.code for reason in report.verdict.reasons} >= {
        ReasonCode.BETTER,
        ReasonCode.GOLDEN,
        ReasonCode.BASELINE,
    }
    assert all(reason.ruling is not Ruling.VETO for reason in report.verdict.reasons)
    assert report.trained_on == len(_of_part(folder, "train"))
    assert {point.artwork for point in report.points} == _of_part(folder, "test")
    assert len(report.flips) == len(read_manifest(folder.manifest).rows)


def test_it_says_rounds_with_ever_more_pictures_and_what_it_is_wrong_about(head: Finished) -> None:
    folder, ran = head
    rounds = ran.of(SaidKind.EPOCH)
    assert [(said.done, said.total) for said in rounds] == [(n, 4) for n in range(1, 5)]
    emds = [said.emd_r2 for said in rounds if said.emd_r2 is not None]
    assert emds[-1] < emds[0]
    mistakes = ran.of(SaidKind.MISTAKES)[-1].mistakes
    assert {mistake.artwork for mistake in mistakes} <= _of_part(folder, "validation")
    sizes = [abs(mistake.said - mistake.voted) for mistake in mistakes]
    assert sizes == sorted(sizes, reverse=True)


def test_what_it_writes_is_served_and_read_by_people(refined: Finished) -> None:
    folder, _ = refined
    loaded = load_scorer(folder.weights, folder.card, device="cpu")
    assert loaded.version == "scorer-new"
    document = read_document(folder.card)
    assert parse_card(document).panel == "crowd"
    assert document["training"]["champion"]["version"] == "champion"
    assert document["training"]["snapshot"] == read_request(folder.request).snapshot
    assert set(document["learned"]) == {key[:PREFIX] for key in _of_part(folder, "train")}
    shown = read_for_people(document)
    (crowd,) = shown.crowds
    assert crowd.served
    assert {Entrant.SCORER, Entrant.CONSTANT, Entrant.RIDGE} <= set(crowd.trials[0].srcc)
    assert [source.title for source in shown.sources] == ["Votes of the snapshot", "Autumn"]
    assert shown.sources[0].reference


def test_artefacts_lie_beside_it(head: Finished) -> None:
    folder, _ = head
    assert {path.name for path in folder.artefacts.iterdir()} == {
        "architecture.txt",
        "history.csv",
        "loss.svg",
        "predictions.csv",
        "request.json",
        "srcc.svg",
    }
    assert len((folder.artefacts / "history.csv").read_text().splitlines()) == 5


def test_the_same_request_gives_the_same_weights_with_and_without_cached_features(
    head: Finished, tmp_path: Path
) -> None:
    first, _ = head
    again = write_run(tmp_path / "again", RunRecipe.HEAD)
    assert retrain(again).status == RunExit.DONE
    assert again.weights.read_bytes() == first.weights.read_bytes()
    assert _without_speed(again) == _without_speed(first)


def test_test_pictures_that_the_champion_learned_from_are_left_out(
    tmp_path: Path, cache: Path
) -> None:
    folder = write_run(tmp_path / "run", RunRecipe.HEAD)
    known = sorted(_of_part(folder, "test"))[:3]
    _edit(folder.champion_card, lambda card: card | {"learned": [key[:PREFIX] for key in known]})
    assert retrain(folder, cache=cache).status == RunExit.DONE
    report = report_of(folder)
    assert report.learned_before == 3
    assert not {point.artwork for point in report.points} & set(known)


def test_what_is_won_here_and_lost_on_another_snapshots_test_is_vetoed_by_its_name(
    tmp_path: Path, cache: Path
) -> None:
    folder = write_run(tmp_path / "run", RunRecipe.HEAD)
    learned = sorted(show_elsewhere(folder, "b"))[0]
    document = json.loads(folder.champion_card.read_text())
    document["learned"] = [learned[:PREFIX]]
    folder.champion_card.write_text(json.dumps(document))
    change_request(folder, read_request(folder.request), earlier=("0" * 64, "1" * 64))
    assert retrain(folder, cache=cache).status == RunExit.DONE
    verdict = report_of(folder).verdict
    there = verdict.slices[-1]
    assert (there.key, there.title, there.vetoes) == ("b", "other pictures: Instruments", True)
    assert there.pictures == len(_of_part(folder, "test")) - 1
    assert verdict.reasons[0].ruling is Ruling.PASS
    assert [each.code for each in verdict.reasons if each.ruling is Ruling.VETO] == [
        ReasonCode.SLICE
    ]
    assert "It is challenger 3 on this test" in verdict.reasons[0].text
    assert ReasonCode.LEARNED not in {each.code for each in verdict.reasons}


def test_a_refined_model_goes_on_knowing_what_its_champion_learned(
    tmp_path: Path, cache: Path, refined: Finished
) -> None:
    first, _ = refined
    folder = write_run(tmp_path / "run", RunRecipe.REFINE, champion=False)
    folder.champion.write_bytes(first.weights.read_bytes())
    folder.champion_card.write_bytes(first.card.read_bytes())
    watched = _of_part(folder, "validation")
    lost = min(watched)
    _edit(folder.champion_card, lambda card: card | {"learned": [*card["learned"], lost[:PREFIX]]})
    change_request(folder, read_request(folder.request), version="scorer-third")
    ran = retrain(folder, cache=cache)
    assert ran.status == RunExit.DONE
    before, after = read_document(first.card), read_document(folder.card)
    assert set(after["learned"]) == {*before["learned"], lost[:PREFIX]}
    # What an earlier model learned from is not watched.
    assert after["data"][0]["validation"] == len(watched) - 1
    # Nobody knows what the first champion learned from, and two refinements later nobody does.
    for card in (before, after):
        assert card["learned_complete"] is False
        assert sum("learned from" in limit for limit in card["limits"]) == 3
    # The same pictures again: they pull otherwise, and nothing is compared with twice.
    sizes = [card["architecture"]["options"]["support"] for card in (before, after)]
    assert sizes[0] == sizes[1]


def _of_part(folder: RunFolder, part: str) -> set[str]:
    return {row.artwork for row in read_manifest(folder.manifest).rows if row.part == part}


def _edit(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


def _without_speed(folder: RunFolder) -> dict[str, object]:
    """The card but for the verdict, which names milliseconds."""
    card = read_document(folder.card)
    return {name: value for name, value in card.items() if name not in ("gate", "verdicts")}
