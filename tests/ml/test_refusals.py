"""What a person can mend is told in one line with status 2, and never as a traceback."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ml.cli.__main__ import main
from tests.ml.conftest import Shipped
from tests.ml.fits import SMALL
from tests.ml.panels import noise, write_csv, write_oasis

QUICK = replace(SMALL, head_epochs=1, all_epochs=1, cached_views=1)
HEADER = "file,n1,n2,n3"
COUNT = 12

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dozen good pictures, their votes, and a quick recipe beside them."""
    (tmp_path / "images").mkdir()
    for number in range(COUNT):
        noise(number).save(tmp_path / "images" / f"{number}.png")
    write_votes(tmp_path, "1,2,3")
    (tmp_path / "quick.json").write_text(QUICK.to_json())
    return tmp_path


def write_votes(folder: Path, votes: str, *, count: int = COUNT, header: str = HEADER) -> None:
    write_csv(folder, header, [f"{number}.png,{votes}" for number in range(count)])


def fit(folder: Path, *more: str) -> list[str]:
    recipe = str(folder / "quick.json")
    return [
        "fit",
        "--data",
        f"csv={folder}",
        "--out",
        str(folder / "run"),
        "--recipe",
        recipe,
        *more,
    ]


def refusal(capsys: Capture, arguments: list[str]) -> str:
    """The last line on standard error of a command that must end with status 2."""
    assert main(["--threads", "1", *arguments]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return error.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("votes", "name"),
    [
        ("0,0,0", "0.png: nobody voted"),
        ("1,2", "0.png: 2 counts"),
        ("1,2,3,4", "0.png: 4 counts"),
        ("1,nan,3", "0.png: 'nan'"),
        ("1,-2,3", "0.png: -2 votes"),
    ],
)
def test_votes_that_cannot_be_used_are_named(
    folder: Path, capsys: Capture, votes: str, name: str
) -> None:
    write_votes(folder, votes)
    assert name in refusal(capsys, fit(folder))


def test_pictures_that_cannot_be_used_are_named(folder: Path, capsys: Capture) -> None:
    for path in (folder / "images").iterdir():
        Image.new("RGB", (1, 1)).save(path)
    assert "0.png: 1 x 1 pixels" in refusal(capsys, fit(folder))
    shutil.rmtree(folder / "images")
    (folder / "images").mkdir()
    assert "0.png is named in the table but is not there" in refusal(capsys, fit(folder))


@pytest.mark.parametrize("command", ["fit", "train", "evaluate"])
def test_one_picture_is_too_few(folder: Path, capsys: Capture, command: str) -> None:
    write_votes(folder, "1,2,3", count=1)
    asked = [command, "--data", f"csv={folder}"]
    line = refusal(capsys, asked if command == "evaluate" else [*asked, "--out", str(folder / "o")])
    assert line.startswith("TooFewPicturesError")


def test_a_published_split_that_leaks_names_both_pictures(folder: Path, capsys: Capture) -> None:
    image = Image.open(folder / "images" / "3.png")
    image.resize((64, 48)).save(folder / "images" / "5.png")
    rows = [f"{at}.png,1,2,3,{'test' if at in (5, 8) else 'train'}" for at in range(COUNT)]
    write_csv(folder, f"{HEADER},part", rows)
    line = refusal(capsys, fit(folder))
    assert line.startswith("SplitLeakError") and "3.png and 5.png" in line


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("pooling=middle", "pooling"),
        ("objective=luck", "luck"),
        ("backbone=alexnet", "alexnet"),
        ("dropout=2", "dropout"),
        ("seed=-1", "seed"),
        ("threshold=NaN", "threshold"),
        ("validation_share=0.99", "cannot be split"),
        ("nothing", "key=value"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(
    folder: Path, capsys: Capture, change: str, words: str
) -> None:
    assert words in refusal(capsys, fit(folder, "--weights-from", "none", "--set", change))


def test_weights_of_another_architecture_are_refused(
    shipped: Shipped, folder: Path, capsys: Capture
) -> None:
    asked = fit(folder, "--weights-from", str(shipped.weights), "--set", "backbone=lite0")
    assert refusal(capsys, asked).startswith("WrongArchitectureError")


def test_a_machine_without_that_device_says_so(folder: Path, capsys: Capture) -> None:
    assert "no device abacus" in refusal(capsys, fit(folder, "--device", "abacus"))


def test_what_an_earlier_run_left_broken_is_named(folder: Path, capsys: Capture) -> None:
    (folder / "run").mkdir()
    (folder / "run" / "last.safetensors").write_bytes(b"junk")
    assert "last.safetensors is no checkpoint" in refusal(capsys, fit(folder))
    (folder / "run" / "search.json").write_text('[{"seeds": 1}]')
    asked = ["search", *fit(folder)[1:], "--try", "dropout=0.1"]
    assert "search.json holds no trials" in refusal(capsys, asked)
    cell = folder / "run" / "cells" / "ratings-constant.json"
    write_csv(cell.parent, "{", [], name=cell.name)
    sides = ["--set", "input_side=16", "--set", "resize_side=18"]
    asked = ["ablate", *fit(folder)[1:5], "--rows", "constant", *sides]
    assert "ratings-constant.json is no cell" in refusal(capsys, asked)


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card["weights"].update(sha256="0" * 64),
        lambda card: card["architecture"].update(name="nima"),
        lambda card: card["architecture"].update(name="nobody"),
        lambda card: card["architecture"].update(input_side=0),
        lambda card: card["architecture"]["options"].update(extra=1),
        lambda card: card["architecture"]["options"].pop("rank"),
        lambda card: card["architecture"]["options"].update(rank="many"),
        lambda card: card["architecture"]["options"].update(rank=3),
        lambda card: card["architecture"]["options"].update(backbones=[]),
        lambda card: card["architecture"]["options"].update(backbones=["alexnet"]),
        lambda card: card["architecture"]["options"].update(backbones=["tiny", "tiny"]),
        lambda card: card["interval"].update(half_width_per_sd=float("inf")),
        lambda card: card["interval"].update(half_width_per_sd=-1),
        lambda card: card["golden"].update(seed=-1),
        lambda card: card["golden"].update(distribution=[0.1] * 10),
    ],
)
def test_a_card_that_does_not_describe_the_weights_is_refused(
    shipped: Shipped, tmp_path: Path, capsys: Capture, change: Callable[[dict[str, Any]], None]
) -> None:
    card = json.loads(shipped.card.read_text())
    change(card)
    (tmp_path / "card.json").write_text(json.dumps(card))
    noise(1).save(tmp_path / "a.png")
    asked = ["predict", str(tmp_path / "a.png"), "--weights", str(shipped.weights)]
    line = refusal(capsys, [*asked, "--card", str(tmp_path / "card.json")])
    kinds = ("CardError", "DigestMismatchError", "WeightsError", "GoldenMismatchError")
    assert line.startswith((*kinds, "WrongArchitectureError", "TensorShapeError"))


def test_a_crowd_to_serve_that_was_not_asked_is_refused_before_training(
    tmp_path: Path, capsys: Capture
) -> None:
    oasis = write_oasis(tmp_path / "oasis", count=20)
    asked = ["train", "--data", f"oasis={oasis}", "--out", str(tmp_path / "w")]
    assert "no panel nobody to serve" in refusal(capsys, [*asked, "--serve", "nobody"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["--threads", "0", "fits", "csv=x"],
        ["evaluate", "--data", "csv=x", "--resamples", "0"],
        ["search", "--data", "csv=x", "--out", "o", "--try", "dropout=0.1", "--draws", "0"],
        ["ablate", "--data", "csv=x", "--out", "o", "--seeds", "-1"],
        ["explore", "csv=x", "--limit", "0"],
    ],
)
def test_numbers_that_make_no_sense_are_refused_by_name(
    capsys: Capture, arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "is below" in capsys.readouterr().err
