"""A mini AVA, real votes and made pictures, goes the whole way from import to a served score."""

from pathlib import Path

import numpy as np
import pytest

from ml.cli.__main__ import main
from ml.data.readers import read_source
from ml.data.samples import Reading
from ml.data.spec import SourceSpec
from ml.data.splits import check_split, grouped_holdout, picture_groups
from ml.explore.findings import explore
from tests.ml.panels import noise

TABLE = Path(__file__).parent / "fixtures" / "mini_ava.txt"
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
