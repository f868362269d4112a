"""The scorer in the product's own tree: intact, better than its baselines, usable at once."""

import json
from pathlib import Path

import pytest
from PIL import Image

from ml.cli.__main__ import main
from ml.contracts.builtin import BUILTIN_SCORER
from ml.inference.golden import golden_picture
from ml.inference.scoring import LoadedScorer, load_scorer

LIMIT_BYTES = 16 * 1024 * 1024


@pytest.fixture(scope="module")
def scorer() -> LoadedScorer:
    return load_scorer(BUILTIN_SCORER.weights, BUILTIN_SCORER.card, device="cpu")


def test_it_passes_its_golden_picture(scorer: LoadedScorer) -> None:
    scorer.check_golden()
    assert scorer.version == "scorer-v2"
    assert BUILTIN_SCORER.weights.stat().st_size < LIMIT_BYTES


def test_it_tells_pictures_apart(scorer: LoadedScorer) -> None:
    flat, golden = scorer.predict_batch(
        [Image.new("RGB", (300, 200), "grey"), golden_picture(seed=1, side=300)]
    )
    assert abs(flat.mean - golden.mean) > 0.05


def test_its_card_names_every_picture_that_its_head_is_made_of() -> None:
    card = json.loads(BUILTIN_SCORER.card.read_text())
    assert card["learned_complete"]
    assert len(set(card["learned"])) == card["architecture"]["options"]["support"]


@pytest.mark.parametrize("panel", ["oasis", "sophoappeal"])
def test_its_card_beats_the_baselines_on_the_same_folds(panel: str) -> None:
    measures = json.loads(BUILTIN_SCORER.card.read_text())["metrics"][panel]["cross_validation"]
    ours = measures["scorer"]
    for baseline in ("constant", "ridge_top", "ridge"):
        assert ours["srcc"]["value"] > measures[baseline]["srcc"]["value"]
        assert ours["emd_r2"]["value"] < measures[baseline]["emd_r2"]["value"]


def test_its_card_says_what_it_is_not() -> None:
    card = json.loads(BUILTIN_SCORER.card.read_text())
    assert any("paintings" in limit for limit in card["limits"])
    assert {entry["name"] for entry in card["data"]} == {"oasis", "sophoappeal"}
    assert all(entry["licence"] for entry in card["data"])


def test_the_command_line_judges_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "grey.png"
    Image.new("RGB", (40, 30), "grey").save(path)
    assert main(["predict", str(path)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["file"] == str(path)
    assert len(answer["distribution"]) == 10
    assert answer["low"] <= answer["mean"] <= answer["high"]
