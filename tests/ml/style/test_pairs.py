"""Photos in the styles of paintings: within a budget, gone on with, the same by their seed."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.cli.__main__ import main
from ml.data.samples import DataSetError
from ml.style.arbitrary import ArbitraryStyle, open_arbitrary
from ml.style.pairs import Pair, PairBudgetError, PairPlan, drawn_pairs, labelled, make_pairs


@pytest.fixture(scope="module")
def engine() -> ArbitraryStyle:
    return open_arbitrary(threads=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, random = tmp_path_factory.mktemp("pairs"), np.random.default_rng(8)
    for name in ("contents/flute/a", "contents/drum/b", "styles/x", "styles/y"):
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 255, (40, 56, 3), dtype=np.uint8)).save(path)
    return folder


def test_a_set_is_labelled_and_gone_on_with_where_it_was(
    folder: Path, tmp_path: Path, engine: ArbitraryStyle
) -> None:
    styles = [path for path, _ in labelled(folder / "styles")]
    pairs = drawn_pairs(labelled(folder / "contents"), styles, each=1, seed=2)
    plan = PairPlan(pairs, side=48)
    done = make_pairs(plan, tmp_path, engine, budget_mib=1)
    with done.table.open() as table:
        rows = list(csv.DictReader(table))
    assert [(row["label"], row["content"]) for row in rows] == [
        ("drum", "b.png"),
        ("flute", "a.png"),
    ]
    first, second = (tmp_path / row["file"] for row in rows)
    assert Image.open(first).size == (48, 34)
    before, kept = second.read_bytes(), first.stat().st_mtime_ns
    second.unlink()
    again = make_pairs(plan, tmp_path, engine, budget_mib=1)
    assert (again.made, again.found) == (1, 1)
    assert (second.read_bytes(), first.stat().st_mtime_ns) == (before, kept)


def test_the_command_says_what_room_it_would_take_and_keeps_to_the_budget(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(
        ["style", "pairs", "--contents", str(folder / "contents"), "--into", str(tmp_path),
         "--styles", str(folder / "styles"), "--budget-mib", "0.001", "--each", "2"]
    )  # fmt: skip
    told = capsys.readouterr().err
    assert status == 2 and "4 pictures, up to 0.1 MiB; 0.0 MiB are there" in told
    assert "PairBudgetError" in told and not list(tmp_path.iterdir())


def test_a_style_changes_the_picture_and_none_of_it_changes_less(engine: ArbitraryStyle) -> None:
    content = Image.new("RGB", (64, 48), (40, 90, 200))
    code = engine.code(Image.effect_noise((64, 64), 90).convert("RGB"))
    far, near = (
        np.abs(np.asarray(engine.painted(content, code, strength=strength), dtype=float)
               - np.asarray(content)).mean()
        for strength in (1.0, 0.0)
    )  # fmt: skip
    assert far > near


def test_what_was_made_before_the_room_ran_out_is_kept(
    folder: Path, tmp_path: Path, engine: ArbitraryStyle, monkeypatch: pytest.MonkeyPatch
) -> None:
    styles = [path for path, _ in labelled(folder / "styles")]
    pairs = drawn_pairs(labelled(folder / "contents"), styles, each=2, seed=0)
    plan = PairPlan(pairs, side=32)
    with pytest.raises(PairBudgetError, match="take up to"):
        make_pairs(plan, tmp_path, engine, budget_mib=plan.expected_mib / 2)
    monkeypatch.setattr("ml.style.pairs._BYTES_OF_PIXEL", 1e-9)
    with pytest.raises(PairBudgetError, match="used up"):
        make_pairs(plan, tmp_path, engine, budget_mib=0.0025)
    there = len(list(tmp_path.glob("*.jpg")))
    assert 0 < there < 4
    assert len((tmp_path / "pairs.csv").read_text().splitlines()) == 1 + there


def test_two_pictures_of_one_name_are_refused() -> None:
    twins = [(Path("train/drum/a.png"), "drum"), (Path("test/drum/a.png"), "drum")]
    with pytest.raises(DataSetError, match="2 pictures would be called drum__a__x"):
        drawn_pairs(twins, [Path("x.png")], each=1, seed=0)
    assert Pair(Path("a.png"), "", Path("x.png")).file == "none__a__x.jpg"
