"""The second scorer is trained by the same command, says what it is for, and ships intact."""

import json
from pathlib import Path

import pytest

from ml.cli.__main__ import main
from ml.contracts.builtin import WEIGHTS_FOLDER
from ml.contracts.card import SECOND_SCORE, CardError, parse_card, read_card
from ml.inference.scoring import load_scorer
from tests.ml.conftest import Shipped

WEIGHTS = WEIGHTS_FOLDER / "second-v1.safetensors"
CARD = WEIGHTS_FOLDER / "second-v1.json"


def test_the_command_trains_one_on_the_backbone_it_is_told(
    shipped: Shipped, tmp_path: Path
) -> None:
    words = ["train", "--data", f"oasis={shipped.oasis}", "--out", str(tmp_path)]
    words += ["--kind", SECOND_SCORE, "--backbones", "tiny", "--version", "second-tiny"]
    assert main(["--threads", "1", *words]) == 0
    card = read_card(tmp_path / "second-tiny.json")
    assert card.kind == SECOND_SCORE
    assert card.options["backbones"] == ["tiny"]
    loaded = load_scorer(
        tmp_path / "second-tiny.safetensors", tmp_path / "second-tiny.json", device="cpu"
    )
    assert loaded.version == "second-tiny"


def test_a_scorer_says_that_it_is_one(shipped: Shipped) -> None:
    assert read_card(shipped.card).kind == "score"


@pytest.mark.parametrize("kind", ["third-score", "attributes", None])
def test_a_card_of_another_kind_is_refused(shipped: Shipped, kind: str | None) -> None:
    document = json.loads(shipped.card.read_text())
    with pytest.raises(CardError, match="no scorer"):
        parse_card({**document, "kind": kind})


def test_the_shipped_one_passes_its_golden_picture_and_looks_through_another_network() -> None:
    second = load_scorer(WEIGHTS, CARD, device="cpu")
    card, served = read_card(CARD), read_card(WEIGHTS_FOLDER / "scorer-v2.json")
    assert second.version == "second-v1"
    assert card.kind == SECOND_SCORE
    assert card.panel == served.panel
    assert not set(card.options["backbones"]) & set(served.options["backbones"])
