"""Attribute heads are learned by the command line, measured on unseen pictures, and load back."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from ml.cli.__main__ import main
from ml.contracts.attributes_card import AttributesCard, read_attributes_card
from ml.contracts.card import CardError, DigestMismatchError, file_digest
from ml.data.transforms import to_pixels
from ml.inference.attributes import load_attribute_mapper
from ml.inference.golden import GoldenMismatchError
from ml.models.attribute_mapper import AttributeMapper
from ml.models.weights import TensorNamesError, TensorShapeError, WeightsError
from ml.training.learned_pictures import PREFIX
from tests.ml.attributes import ROWS, learn_tiny, write_labelled

HEADS = ("--head", "overall", "--head", "light", "--head", "luck", "0", "1")


@dataclass(frozen=True)
class Made:
    """What the command wrote, and what it learned from."""

    data: Path
    folder: Path

    @property
    def weights(self) -> Path:
        return self.folder / "tiny.safetensors"

    @property
    def card(self) -> Path:
        return self.folder / "tiny.json"

    def load(self) -> tuple[AttributeMapper, AttributesCard]:
        return load_attribute_mapper(self.weights, self.card, device="cpu")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("attributes")
    data = write_labelled(folder / "data")
    assert learn_tiny(data, folder / "weights", *HEADS, "--cache", str(folder / "cache")) == 0
    return Made(data, folder / "weights")


def copy_of(made: Made, folder: Path, *, tensors: Any = None, card: Any = None) -> Made:
    """The same files with other tensors or another card; the digest always fits."""
    document = json.loads(made.card.read_text())
    kept = dict(load_file(made.weights))
    save_file(tensors(kept) if tensors else kept, folder / "tiny.safetensors")
    document["weights"]["sha256"] = file_digest(folder / "tiny.safetensors")
    if card:
        card(document)
    (folder / "tiny.json").write_text(json.dumps(document))
    return Made(made.data, folder)


def test_a_head_learns_what_can_be_seen_and_admits_what_cannot(made: Made) -> None:
    card = read_attributes_card(made.card)
    assert [head.key for head in card.heads] == ["overall", "light", "luck"]
    light, luck = card.heads[1], card.heads[2]
    assert light.n == ROWS
    assert light.srcc.value > 0.9
    assert light.shown
    assert luck.srcc.low <= 0
    assert not luck.shown
    assert card.shown == ("overall", "light")
    assert any("luck" in note for note in card.notes)


def test_the_card_says_where_each_number_comes_from(made: Made) -> None:
    card = read_attributes_card(made.card)
    light = card.heads[1]
    assert light.crowd == "ratings"
    assert light.baseline_srcc > 0.8, "brightness is a colour statistic"
    assert light.ceiling is None, "only means of ratings are known"
    assert card.heads[0].ceiling == pytest.approx(0.93, abs=0.02)
    assert len(light.reference) == 101
    colorfulness = card.formula("colorfulness")
    assert colorfulness is not None
    assert colorfulness.against == ""
    assert colorfulness.srcc is None
    assert len(colorfulness.reference) == ROWS


def test_each_head_names_the_files_that_it_learned_from_and_the_command_names_the_same(
    made: Made, tmp_path: Path
) -> None:
    card = json.loads(made.card.read_text())
    files = {sha256(path.read_bytes()).hexdigest()[:PREFIX] for path in made.data.rglob("*.png")}
    for head in card["heads"]:
        assert len(head["learned"]) == head["learned_from"]
        assert set(head["learned"]) <= files
    silent, told = tmp_path / "card.json", json.dumps(card)
    command = ["learned", "--data", f"csv={made.data}", "--cards", str(silent)]
    for head in card["heads"]:
        del head["learned"]
    silent.write_text(json.dumps(card))
    assert main(command) == 0
    assert json.loads(silent.read_text()) == json.loads(told)
    card["heads"][0]["learned_from"] += 1
    silent.write_text(json.dumps(card))
    assert main(command) == 2, "other data than it learned from"
    assert "learned" not in json.loads(silent.read_text())["heads"][0]


def test_the_class_head_stands_beside_the_commoner_class(made: Made) -> None:
    classes = json.loads(made.card.read_text())["classes"]
    assert 0 < classes["count"] < ROWS / 3
    assert classes["plain"]["value"] > classes["majority"]
    assert any("sample weights" in note for note in read_attributes_card(made.card).notes)


def test_the_loaded_network_answers_in_range_and_tells_bright_from_dark(made: Made) -> None:
    network, card = made.load()
    shades = [Image.new("RGB", (40, 30), (level,) * 3) for level in (10, 128, 245)]
    answers = network(to_pixels(shades, side=card.input_side))
    overall, light, luck = answers.values.T.tolist()
    assert light == sorted(light)
    assert all(-1 <= value <= 1 for value in light)
    assert all(0 <= value <= 1 for value in luck)
    assert all(1 <= value <= 10 for value in overall)
    assert answers.class_shares[2, 1] > answers.class_shares[0, 1]
    assert answers.awcu_values[2, 1] > answers.awcu_values[0, 1]


def test_a_head_is_the_same_in_every_run_and_in_any_company(made: Made, tmp_path: Path) -> None:
    assert learn_tiny(made.data, tmp_path, "--head", "light") == 0
    first, alone = load_file(made.weights), load_file(tmp_path / "tiny.safetensors")
    for name in ("merge.weight", "merge.bias", "awcu.attribute_weight", "awcu.attribute_bias"):
        assert torch.allclose(first[name][1:2], alone[name], rtol=1e-3, atol=1e-4), name
    assert torch.allclose(first["awcu.class_weight"], alone["awcu.class_weight"], atol=1e-4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--head", "symmetry"), "symmetry is rated on 0 pictures"),
        (("--head", "mood", "1", "10"), "mood is rated on 3 pictures"),
        (("--head", "light", "5", "10"), "light is rated on 0 pictures"),
        (("--head", "sparkle"), "sparkle is no built-in attribute"),
        (("--head", "sparkle", "1"), "sparkle needs the two ends"),
        (("--head", "sparkle", "2", "1"), "empty range"),
        (("--head", "No Key"), "is no key"),
    ],
)
def test_a_head_that_cannot_be_learned_is_refused_by_name(
    made: Made,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    assert learn_tiny(made.data, tmp_path / "out", *words) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_weights_of_another_digest_are_refused(made: Made, tmp_path: Path) -> None:
    def other(document: Any) -> None:
        document["weights"]["sha256"] = "0" * 64

    with pytest.raises(DigestMismatchError):
        copy_of(made, tmp_path, card=other).load()


def test_tensors_that_are_not_the_cards_heads_are_refused(made: Made, tmp_path: Path) -> None:
    def short(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {**tensors, "merge.weight": tensors["merge.weight"][:2].contiguous()}

    def odd(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {**tensors, "merge.extra": torch.zeros(1)}

    with pytest.raises(TensorShapeError, match=r"merge\.weight"):
        copy_of(made, tmp_path, tensors=short).load()
    with pytest.raises(TensorNamesError, match=r"merge\.extra"):
        copy_of(made, tmp_path, tensors=odd).load()


def test_heads_that_answer_the_golden_picture_otherwise_are_refused(
    made: Made, tmp_path: Path
) -> None:
    def moved(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {**tensors, "merge.bias": tensors["merge.bias"] + 0.2}

    with pytest.raises(GoldenMismatchError, match="off by"):
        copy_of(made, tmp_path, tensors=moved).load()


def test_a_card_of_another_network_is_refused(made: Made, tmp_path: Path) -> None:
    def scorer(document: Any) -> None:
        document["architecture"]["name"] = "nima"

    def unknown(document: Any) -> None:
        document["architecture"]["options"]["backbone"] = "alexnet"

    with pytest.raises((CardError, WeightsError)):
        copy_of(made, tmp_path, card=scorer).load()
    with pytest.raises(CardError, match="alexnet"):
        copy_of(made, tmp_path, card=unknown).load()
