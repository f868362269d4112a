"""A cropper from pictures to ranked crops: learned, shipped, refused when altered, measured."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.cli.__main__ import main
from ml.contracts.card import CardError, DigestMismatchError
from ml.contracts.cropper_card import parse_cropper_card, read_cropper_card
from ml.contracts.crops import Aspect, CropAsk
from ml.crop.field import CropField
from ml.crop.rank import rank
from ml.evaluation.cropping_page import BEGIN, END
from ml.evaluation.cropping_scenes import HELD_OUT, Surroundings, planted_scene
from ml.inference.cropping import LoadedCropper, load_cropper
from ml.inference.golden import GoldenMismatchError
from ml.marks.finder import Finder
from ml.training.crop_fit import Scaling
from ml.training.crop_material import Lesson
from tests.ml.attributes import learn_tiny, write_labelled
from tests.ml.panels import noise
from tests.ml.test_cropping_sets import write_fcdb, write_gaicd


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny cropper and the pictures that it learned from."""
    folder = tmp_path_factory.mktemp("cropper")
    assert learn_tiny(write_labelled(folder / "rated"), folder, "--head", "light") == 0
    write_labelled(folder / "data", count=24)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ml.training.crop_run.open_finder", lambda threads: Finder(()))
        patch.setattr(Scaling, "of", _noting_kinds(folder, Scaling.of))
        assert main(_learning(folder)) == 0
    return folder


@pytest.fixture(autouse=True)
def _nobody_looks_for_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ml.inference.cropping.open_finder", lambda threads: Finder(()))


@pytest.fixture
def cropper(folder: Path) -> LoadedCropper:
    return load_cropper(folder / "small.safetensors", folder / "small.json", device="cpu")


def _noting_kinds(folder: Path, of: Callable[[Lesson], Scaling]) -> Callable[[Lesson], Scaling]:
    """What every head measures its lesson by, noting what it learns from."""

    def noted(known: Lesson) -> Scaling:
        with (folder / "kinds.txt").open("a") as kinds:
            kinds.write(" ".join(sorted(set(known.kinds.tolist()))) + "\n")
        return of(known)

    return noted


def _learning(folder: Path) -> list[str]:
    return [
        "--threads", "1", "cropper", "--data", f"csv={folder / 'data'}", "--out", str(folder),
        "--version", "small", "--backbone", "tiny", "--stages", "0", "1", "--input-side", "32",
        "--map-side", "8", "--epochs", "1", "--rival", "1",
        "--attributes", str(folder / "tiny.safetensors"),
    ]  # fmt: skip


def test_what_is_shipped_ranks_crops_of_any_picture(cropper: LoadedCropper) -> None:
    field = cropper.field(noise(3, size=(64, 48)).convert("RGBA"))
    kept = CropField.decode(field.encode())
    assert kept.mix == cropper.card.mix
    crops = rank(kept, width=640, height=480, ask=CropAsk(Aspect(1, 1), count=3)).crops
    assert len(crops) == 3
    assert all(crop.box.width == crop.box.height for crop in crops)


def test_no_head_learns_from_the_surroundings_that_are_held_out(folder: Path) -> None:
    lessons = (folder / "kinds.txt").read_text().splitlines()
    assert lessons == ["blurred collaged mirrored whole"] * 3
    card = read_cropper_card(folder / "small.json")
    tried = {row.head for row in card.heads}
    assert len(tried) == 3, "the shipped head, and two that were taught equally long"
    assert {row.kind for row in card.heads} == set(Surroundings)
    document = json.loads((folder / "small.json").read_text())
    assert document["training"]["held_out_surroundings"] == HELD_OUT
    assert document["energy"]["from"] == "tiny"


def test_attributes_of_another_backbone_are_refused_before_anything_is_looked_at(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = _learning(folder)
    words[words.index("--backbone") + 1] = "lite0"
    assert main(words) == 2
    told = capsys.readouterr().err
    assert "does not look with lite0" in told
    assert "looking at scenes" not in told


def test_weights_that_differ_from_their_card_are_refused(folder: Path, tmp_path: Path) -> None:
    weights, card = (Path(shutil.copy(folder / f"small.{end}", tmp_path)) for end in _ENDS)
    with weights.open("ab") as handle:
        handle.write(b" ")
    with pytest.raises(DigestMismatchError):
        load_cropper(weights, card, device="cpu")


def test_a_golden_picture_that_is_judged_otherwise_is_refused(folder: Path, tmp_path: Path) -> None:
    weights, card = (Path(shutil.copy(folder / f"small.{end}", tmp_path)) for end in _ENDS)
    document = json.loads(card.read_text())
    document["golden"]["scores"][0] += 1
    card.write_text(json.dumps(document))
    with pytest.raises(GoldenMismatchError):
        load_cropper(weights, card, device="cpu")


def test_a_card_without_its_mix_is_refused_by_name(folder: Path) -> None:
    document = json.loads((folder / "small.json").read_text())
    del document["mix"]["cut"]
    with pytest.raises(CardError, match="cut"):
        parse_cropper_card(document)
    with pytest.raises(CardError, match="no cropper"):
        parse_cropper_card({**document, "kind": "score"})


def test_every_way_and_every_baseline_stands_in_one_table(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Figures\n{BEGIN}\nold\n{END}\n")
    weights, card = (Path(shutil.copy(folder / f"small.{end}", tmp_path)) for end in _ENDS)
    status = main(
        [
            "--threads", "1", "cropping", "--data", f"csv={folder / 'data'}", "--no-scorer",
            "--weights", str(weights), "--card", str(card), "--pictures", "3",
            "--into", str(page), "--cache", str(tmp_path / "cache"),
            "--gaicd", str(write_gaicd(tmp_path / "gaicd")),
            "--fcdb", str(write_fcdb(tmp_path / "fcdb")),
        ]
    )  # fmt: skip
    assert status == 0
    text = page.read_text()
    assert "old" not in text
    for way in ("view ranker", "AesAM", "combined", "centre", "no crop", "entropy", "smartcrop"):
        assert way in text
    gaicd = text.partition("### GAICD: 3 of 3 pictures")[2]
    assert "| no crop | 1.000" in gaicd, "where larger crops are liked better, size ranks them all"
    _, _, regret, *_ = gaicd.partition("| random |")[2].split("|")
    assert 1.5 < float(regret.split()[0]) < 2.5, "2 is lost by chance, and 0 by the file's order"
    assert "pairs 2" in text, "what FCDB's labels say without pictures"
    assert read_cropper_card(card).figures


def test_a_damaged_data_set_is_told_of_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cropping", "--data", f"csv={tmp_path}", "--gaicd", str(tmp_path)]) == 2
    assert "no GAICD" in capsys.readouterr().err, "and not that there are no photos either"


@pytest.mark.parametrize("kind", list(Surroundings))
def test_a_planted_picture_keeps_every_pixel(kind: Surroundings) -> None:
    picture, other = noise(1, size=(64, 48)), noise(2, size=(40, 60))
    for number in range(6):
        scene = planted_scene(picture, kind, other, seed=(number,))
        box = scene.planted
        part = scene.image.crop((box.x, box.y, box.x + box.width, box.y + box.height))
        assert np.array_equal(np.asarray(part), np.asarray(picture))
        assert scene.image.size != picture.size
        again = planted_scene(picture, kind, other, seed=(number,)).image
        assert again.tobytes() == scene.image.tobytes()


def test_a_picture_of_one_colour_has_crops_too(cropper: LoadedCropper) -> None:
    field = cropper.field(Image.new("RGB", (40, 30), "white"))
    assert rank(field, width=40, height=30, ask=CropAsk()).crops


_ENDS = ("safetensors", "json")
