"""A recogniser from class folders to boxes: learned, shipped, refused when altered, measured."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from ml.cli.__main__ import main
from ml.contracts.builtin import BUILTIN_RECOGNISER
from ml.contracts.card import CardError, DigestMismatchError
from ml.contracts.objects import NONE_LABEL
from ml.contracts.recogniser_card import parse_recogniser_card, read_recogniser_card
from ml.evaluation.recognition_page import BEGIN, END
from ml.explain.objects import TooSmallToSearchError, find
from ml.inference.golden import GoldenMismatchError
from ml.inference.recognition import LoadedRecogniser, load_recogniser
from tests.ml.recognising import SIDE, photo, scene, write_folders, write_styled

TINY = ["--backbone", "tiny", "--input-side", "32", "--head-epochs", "60", "--epochs", "8"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures, a report of every way, and what it shipped."""
    folder = write_folders(tmp_path_factory.mktemp("recognise"))
    data = ["--data", str(folder / "photos"), "--none", str(folder / "none")]
    assert main(["recognise", "parts", *data, "--into", str(folder / "parts")]) == 0
    for part, style in (("learn", "Old_0.png"), ("test", "New_2.png")):
        copies = sorted((folder / "parts" / part).rglob("*.png"))
        contents = [(path, path.parent.name) for path in copies]
        write_styled(folder / f"styled-{part}", contents, style)
    page = folder / "page.md"
    page.write_text(f"# Figures\n\n{BEGIN}\n{END}\n")
    art = folder / "art"
    art.mkdir()
    photo("drum", 90).resize((200, 160)).save(art / "old.jpg")
    command = [
        "recognise", "report", *data, *TINY, "--small-epochs", "2", "--seeds", "1",
        "--paintings", str(folder / "paintings"), "--unseen", "New*",
        "--stylised", str(folder / "styled-learn"), str(folder / "styled-test"),
        "--cut-outs", str(folder / "cuts"), "--composites", "2", "--check-composites", "2",
        "--art", str(art), "--resamples", "20", "--into", str(page),
        "--plots", str(folder / "images"), "--out", str(folder / "out"), "--version", "tiny-r",
    ]  # fmt: skip
    assert main(command) == 0
    return folder


@pytest.fixture(scope="module")
def recogniser(folder: Path) -> LoadedRecogniser:
    return load_recogniser(*shipped(folder), device="cpu")


def shipped(folder: Path) -> tuple[Path, Path]:
    return folder / "out" / "tiny-r.safetensors", folder / "out" / "tiny-r.json"


def test_the_page_measures_every_way_on_every_kind_of_picture(folder: Path) -> None:
    page = (folder / "page.md").read_text()
    for words in (
        "from scratch", "ImageNet", "+ photos", "+ style augmentation", "+ adversarial",
        "majority", "photos in unseen styles", "composites on unseen paintings", "centre box",
        "whole frame", "images/recognition-old-masters.jpg",
    ):  # fmt: skip
        assert words in page
    assert (folder / "images" / "recognition-old-masters.jpg").stat().st_size <= 400_000


def test_it_tells_the_classes_of_new_photos_and_none_of_a_scene(
    recogniser: LoadedRecogniser,
) -> None:
    names = recogniser.card.classes
    told = [recogniser.labels(photo(name, 70)) for name in names]
    assert sum(labels[0] == at for at, labels in enumerate(told)) >= 2
    assert recogniser.labels(scene(70)) == (NONE_LABEL,)


def test_the_card_names_what_was_learned_and_how_each_class_does(folder: Path) -> None:
    card = read_recogniser_card(shipped(folder)[1])
    assert card.classes == ("drum", "flute", "harp")
    assert {row.name for row in card.by_class} == set(card.classes)
    assert all(row.learned and row.tested for row in card.by_class)
    assert len(card.learned) > 0
    assert {row.recipe for row in card.figures} >= {"majority", "ImageNet", "+ photos"}


def test_objects_lie_inside_of_the_original_with_a_map_each(recogniser: LoadedRecogniser) -> None:
    picture = photo("drum", 71).resize((150, 120))
    found = find(recogniser, picture)
    assert len(found.evidence) == len(found.recognition.objects)
    for one in found.recognition.objects:
        x, y, width, height = one.box
        assert min(x, y) >= 0
        assert x + width <= 150
        assert y + height <= 120
        assert one.confidence >= recogniser.card.box_threshold


def test_a_transparent_picture_is_seen_on_white(recogniser: LoadedRecogniser) -> None:
    clear = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    white = Image.new("RGB", (SIDE, SIDE), "white")
    seen, expected = (find(recogniser, one).recognition for one in (clear, white))
    assert seen.confidences == expected.confidences


def test_a_tiny_picture_is_refused_by_name(recogniser: LoadedRecogniser) -> None:
    with pytest.raises(TooSmallToSearchError, match="9 x 40 pixels"):
        find(recogniser, Image.new("RGB", (9, 40)))


def test_find_writes_a_line_for_each_object_or_none(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights, card = map(str, shipped(folder))
    picture = scene(72)
    picture.save(folder / "scene.png")
    drawn = folder / "drawn.jpg"
    command = ["recognise", "find", str(folder / "scene.png"), "--weights", weights]
    assert main([*command, "--card", card, "--draw", str(drawn)]) == 0
    said = find(load_recogniser(*shipped(folder), device="cpu"), picture).recognition
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == max(1, len(said.objects))
    assert said.objects or lines == ["scene.png: none of these"]
    assert Image.open(drawn).format == "JPEG"


def test_altered_files_are_refused(folder: Path, tmp_path: Path) -> None:
    weights, card = (Path(shutil.copy(path, tmp_path)) for path in shipped(folder))
    document = json.loads(card.read_text())
    document["golden"]["confidences"][0] = 5.0
    card.write_text(json.dumps(document))
    with pytest.raises(GoldenMismatchError):
        load_recogniser(weights, card, device="cpu")
    weights.write_bytes(weights.read_bytes() + b" ")
    with pytest.raises(DigestMismatchError):
        load_recogniser(weights, card, device="cpu")
    for broken in ({"classes": ["drum", "drum"]}, {"deciding": {}}, {"kind": "scorer"}):
        with pytest.raises(CardError):
            parse_recogniser_card({**document, **broken})


def test_a_class_of_three_pictures_is_refused_by_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lute = folder / "photos-and-lute"
    shutil.copytree(folder / "photos", lute)
    for number in range(3):
        photo("harp", 200 + number).save(_made(lute / "lute") / f"{number}.png")
    command = ["recognise", "train", "--data", str(lute), "--out", str(folder / "no")]
    assert main(command) == 2
    assert "TooFewOfClassError: fewer than 5 pictures of lute (3)" in capsys.readouterr().err


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def test_what_ships_is_small_and_proves_itself_on_the_golden_picture() -> None:
    weights, card = BUILTIN_RECOGNISER.weights, BUILTIN_RECOGNISER.card
    assert weights.stat().st_size <= 4_000_000
    loaded = load_recogniser(weights, card, device="cpu")
    assert len(loaded.card.classes) == 30
    assert loaded.labels(scene(73)) == (NONE_LABEL,)
