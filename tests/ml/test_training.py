"""Training learns the votes, writes an honest card, repeats itself and can be stopped."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ml.contracts.card import CardError, file_digest
from ml.contracts.config import Estimate
from ml.data.readers import read_oasis, read_sophoappeal
from ml.data.samples import DataSetError, Panel
from ml.data.splits import SplitLeakError
from ml.evaluation.run import ask, evaluate
from ml.inference.scoring import load_scorer
from ml.training.card import verdict
from ml.training.checkpoint import write_checkpoint
from ml.training.learned_pictures import prefixes, with_learned
from ml.training.progress import Callbacks, TrainingStoppedError
from ml.training.run import Destination, train_and_ship
from tests.ml.conftest import TINY, Shipped
from tests.ml.panels import write_oasis


def test_the_card_reports_what_was_learned(shipped: Shipped) -> None:
    card = json.loads(shipped.card.read_text())
    for panel in ("oasis", "sophoappeal"):
        for kind in ("test", "cross_validation"):
            measures = card["metrics"][panel][kind]
            assert measures["scorer"]["srcc"]["value"] > 0.8
            for r in ("emd_r1", "emd_r2"):
                assert measures["scorer"][r]["value"] < measures["constant"][r]["value"]
                assert measures["ceiling"][r]["value"] < measures["constant"][r]["value"]
            assert measures["constant"]["srcc"]["value"] < 0.2
    assert card["weights"]["sha256"] == file_digest(shipped.weights)
    assert [entry["count"] for entry in card["data"]] == [60, 40]
    assert [entry["train"] + entry["test"] for entry in card["data"]] == [60, 40]


def test_the_card_names_the_files_that_taught_and_none_of_those_it_was_tested_on(
    shipped: Shipped,
) -> None:
    panels = [read_oasis(shipped.oasis), read_sophoappeal(shipped.sophoappeal)]
    card = json.loads(shipped.card.read_text())
    assert len(card["learned"]) == sum(entry["train"] for entry in card["data"])
    tested = ask(panels[0], TINY, resamples=20).pictures
    assert not set(prefixes(tested)) & set(card["learned"])
    silent = {key: value for key, value in card.items() if key != "learned"}
    assert with_learned(silent, panels[::-1]) == card
    with pytest.raises(DataSetError, match="sophoappeal"):
        with_learned(card, panels[:1])
    silent["training"] = {**card["training"], "split_seed": 9, "test_share": 0.5}
    with pytest.raises(CardError, match="not 48"):
        with_learned(silent, panels)


def test_evaluating_the_files_gives_the_figures_of_the_card(shipped: Shipped) -> None:
    scorer = load_scorer(shipped.weights, shipped.card, device="cpu")
    question = ask(read_oasis(shipped.oasis), TINY, resamples=20)
    result = evaluate(scorer, question).report
    written = json.loads(shipped.card.read_text())["metrics"]["oasis"]["test"]["scorer"]
    assert result.count == written["count"]
    assert result.srcc.value == pytest.approx(written["srcc"]["value"], abs=1e-4)
    assert result.emd_r2.value == pytest.approx(written["emd_r2"]["value"], abs=1e-4)


def test_the_same_config_and_data_give_the_same_weights(shipped: Shipped, tmp_path: Path) -> None:
    weights, card = train_and_ship(
        TINY,
        [read_oasis(shipped.oasis), read_sophoappeal(shipped.sophoappeal)],
        destination=Destination(folder=tmp_path, version="scorer-tiny", created_at="2026-01-31"),
        cache=None,
        callbacks=Callbacks(),
    )
    again, before = load_file(weights), load_file(shipped.weights)
    assert again.keys() == before.keys()
    for name, tensor in before.items():
        assert torch.allclose(again[name].float(), tensor.float(), atol=2e-3), name
    metrics = [json.loads(path.read_text())["metrics"]["oasis"] for path in (card, shipped.card)]
    first, second = (measures["test"]["scorer"]["srcc"]["value"] for measures in metrics)
    assert first == pytest.approx(second, abs=0.01)


def test_a_head_of_fewer_components_is_another_head(shipped: Shipped, tmp_path: Path) -> None:
    weights, _ = train_and_ship(
        replace(TINY, rank=2),
        [read_oasis(shipped.oasis), read_sophoappeal(shipped.sophoappeal)],
        destination=Destination(folder=tmp_path, version="scorer-tiny", created_at="2026-01-31"),
        cache=shipped.weights.parent.parent / "cache",
        callbacks=Callbacks(),
    )
    assert load_file(weights)["known"].shape[1] == 2


def test_a_published_split_that_leaks_a_picture_is_never_trained_on(tmp_path: Path) -> None:
    panel = read_oasis(write_oasis(tmp_path / "oasis", count=40))
    learned, tested, *others = panel.pictures
    copy = replace(tested, path=learned.path, fingerprint=learned.fingerprint, part="test")
    pictures = [copy, *(replace(picture, part="train") for picture in (learned, *others))]
    with pytest.raises(SplitLeakError, match=learned.key):
        train_and_ship(
            TINY,
            [Panel.of("oasis", pictures)],
            destination=Destination(folder=tmp_path / "w", version="v", created_at="2026-01-31"),
            cache=None,
            callbacks=Callbacks(),
        )


def test_the_caller_hears_of_every_step(shipped: Shipped) -> None:
    assert {progress.step for progress in shipped.steps} == {
        "features of oasis",
        "features of sophoappeal",
        "folds of oasis",
        "folds of sophoappeal",
    }
    last = [progress for progress in shipped.steps if progress.step == "features of oasis"][-1]
    assert (last.done, last.total) == (60, 60)


def test_a_stopped_run_writes_nothing(shipped: Shipped, tmp_path: Path) -> None:
    with pytest.raises(TrainingStoppedError):
        train_and_ship(
            TINY,
            [read_oasis(shipped.oasis)],
            destination=Destination(folder=tmp_path / "w", version="v", created_at="2026-01-31"),
            cache=None,
            callbacks=Callbacks(should_stop=lambda: True),
        )
    assert not (tmp_path / "w").exists()


def test_a_card_the_loader_would_refuse_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(CardError):
        write_checkpoint(tmp_path, name="v", weights=b"", card={"schema": 2, "kind": "score"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 0.05, "ranks pictures better"),
        (-0.05, -0.01, "ranks pictures worse"),
        (-0.03, 0.05, "not shown to rank pictures better"),
        (0.0, 0.0, "not shown to rank pictures better"),
    ],
)
def test_the_card_claims_no_more_than_its_interval(low: float, high: float, words: str) -> None:
    gain = Estimate(value=(low + high) / 2, low=low, high=high)
    assert words in verdict("oasis", gain, on="test")
