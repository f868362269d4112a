"""A mini AVA, real votes and made pictures, goes the whole way from import to a served score."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml.cli.__main__ import main
from ml.data.readers import read_source
from ml.data.samples import Reading
from ml.data.spec import SourceSpec
from ml.data.splits import check_split, grouped_holdout, picture_groups
from ml.evaluation.run import ask, evaluate
from ml.explore.findings import explore
from ml.inference.scoring import load_scorer
from ml.training.progress import Callbacks
from ml.training.run import Destination, train_and_ship
from tests.ml.conftest import TINY
from tests.ml.panels import noise

TABLE = Path(__file__).parent / "fixtures" / "mini_ava.txt"
SHIPPING = replace(TINY, panel="ava", test_share=0.3)
RECIPE = {
    "backbone": "tiny",
    "pooling": "stages",
    "input_side": 16,
    "resize_side": 18,
    "dropout": 0,
    "head_epochs": 12,
    "head_rate": 0.05,
    "all_epochs": 1,
    "batch": 16,
    "accumulate": 1,
}
TAGS = "14 Landscape\n28 Water\n21 Black and White\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """AVA's layout: brighter pictures have the higher real mean scores."""
    folder = tmp_path_factory.mktemp("mini") / "AVA"
    (folder / "images").mkdir(parents=True)
    (folder / "AVA.txt").write_text(TABLE.read_text())
    (folder / "tags.txt").write_text(TAGS)
    for line in TABLE.read_text().splitlines():
        index, key, *rest = (int(field) for field in line.split())
        mean = float(np.average(range(1, 11), weights=rest[:10]))
        picture = noise(index, brightness=(mean - 1) / 9, size=(64, 48))
        picture.save(folder / "images" / f"{key}.jpg", quality=90)
    return folder


@pytest.fixture(scope="module")
def reading(folder: Path) -> Reading:
    return read_source(SourceSpec(kind="ava", path=folder))


def test_the_import_keeps_every_picture_and_has_no_fault(reading: Reading) -> None:
    assert reading.panel is not None
    assert reading.report.faults == ()
    assert (reading.report.rows_read, reading.report.rows_kept) == (60, 60)
    assert (reading.panel.name, reading.panel.steps) == ("ava", 10)


def test_the_votes_are_those_of_the_table(reading: Reading) -> None:
    found = explore(reading)
    table = np.loadtxt(TABLE)[:, 2:12]
    means = table @ np.arange(1, 11) / table.sum(axis=1)
    assert sorted(found.moments.means) == pytest.approx(sorted(means))
    assert float(found.moments.votes.sum()) == table.sum()
    assert found.fits is not None
    assert found.fits.overall.gaussian < found.fits.overall.reversed_gamma


def test_a_split_by_groups_leaks_nothing(reading: Reading) -> None:
    assert reading.panel is not None
    split = grouped_holdout(picture_groups(reading.panel), seed=1, share=0.2)
    check_split(reading.panel, split)
    assert len(split.test) == 12


def test_the_page_shows_tags_and_pictures(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "ava.html"
    assert main(["explore", f"ava={folder}", "--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "<h1>AVA</h1>" in text
    assert text.count("data:image/jpeg;base64,") == 24


def test_a_fit_from_the_command_line_beats_the_constant(folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    choices = [word for name, value in RECIPE.items() for word in ("--set", f"{name}={value}")]
    source = ["--data", f"ava={folder}", "--weights-from", "none", "--out", str(run)]
    assert main(["--threads", "1", "fit", *source, *choices]) == 0
    card = json.loads((run / "card.json").read_text())
    assert (card["data"]["panel"], card["data"]["pictures"]) == ("ava", 60)
    fitted, constant = card["metrics"]["fit"], card["metrics"]["constant"]
    assert fitted["srcc"]["value"] > 0.8
    assert fitted["emd_r2"]["value"] < 0.7 * constant["emd_r2"]["value"]


def test_a_shipped_scorer_learns_the_votes_and_serves_new_pictures(
    reading: Reading, tmp_path: Path
) -> None:
    assert reading.panel is not None
    weights, card = train_and_ship(
        SHIPPING,
        [reading.panel],
        destination=Destination(folder=tmp_path, version="mini-ava", created_at="2026-01-31"),
        cache=None,
        callbacks=Callbacks(),
    )
    scorer = load_scorer(weights, card, device="cpu")
    measured = evaluate(scorer, ask(reading.panel, SHIPPING, resamples=20)).report
    assert measured.count == 18
    assert measured.srcc.value > 0.8
    served = scorer.predict_batch([noise(900, brightness=level) for level in (0.1, 0.5, 0.9)])
    dark, middle, bright = (result.mean for result in served)
    assert dark + 0.5 < middle < bright
