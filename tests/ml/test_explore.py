"""The report on a data set: its numbers are right, and its page holds for every kind of data."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from ml.cli.__main__ import main
from ml.data.readers import read_source
from ml.data.samples import Reading, SingleVotes
from ml.data.spec import SourceSpec
from ml.explore.bias import raters, subjects
from ml.explore.findings import explore
from ml.explore.page import render
from ml.explore.statistics import (
    bands,
    middle_of,
    prior_votes,
    spread_curve,
    summary,
    vote_moments,
)
from ml.plots.explore import Category, categories, histogram, mean_scores
from ml.plots.figure import NARROW
from tests.ml.panels import noise, write_csv

NASTY = '<script>alert("$x$")</script>'


def made(folder: Path, *, pictures: bool, count: int = 24) -> Path:
    """Brighter pictures get higher votes 1-5; half of them carry a nasty tag."""
    generator = np.random.default_rng(1)
    rows = []
    (folder / "images").mkdir(parents=True)
    for number in range(count):
        level = number / (count - 1)
        votes = 1 + generator.binomial(4, 0.1 + 0.8 * level, size=30)
        counts = ",".join(str(int((votes == step).sum())) for step in range(1, 6))
        rows.append(f"{number:02}.png,{counts},{'plain' if number % 2 else NASTY}")
        if pictures:
            noise(number, brightness=level).save(folder / "images" / f"{number:02}.png")
    if not pictures:
        (folder / "images").rmdir()
    rows.append("broken.png,0,0,0,0,0,")
    header = "file,n1,n2,n3,n4,n5,tags"
    return write_csv(folder, header, [row.replace('"', "'") for row in rows])


def read(path: Path, *, steps: int | None = None) -> Reading:
    return read_source(SourceSpec(kind="csv", path=path, steps=steps))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page on labels with pictures, as the command writes it."""
    folder = tmp_path_factory.mktemp("explore")
    arguments = ["--out", str(folder / "page.html"), "--cleaning", str(folder / "cleaning.json")]
    assert main(["explore", f"csv={made(folder / 'data', pictures=True)}", *arguments]) == 0
    assert json.loads((folder / "cleaning.json").read_text())["tally"] == {"zero_votes": 1}
    return (folder / "page.html").read_text(encoding="utf-8")


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_page_shows_every_part_of_a_data_set_with_pictures(page: str) -> None:
    assert re.findall(r'<section id="([a-z-]+)"', page) == [
        "ratings",
        "scores",
        "spread",
        "shapes",
        "fits",
        "ends",
        "by-tag",
        "files",
        "cleaning",
    ]
    assert page.count('src="data:image/jpeg;base64,') == 24
    assert "25 rows were read and 24 can be used." in page
    assert "Nobody voted" in page
    assert "broken.png" in page


def test_the_page_needs_nothing_from_outside_and_runs_nothing(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    links = re.findall(r'(?:src|href)="([^"#][^"]*)"', page)
    assert all(link.startswith("data:image/jpeg") for link in links)
    assert not re.search(r"url\((?!#)", page)


def test_plots_follow_the_colours_of_the_page(page: str) -> None:
    plots = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(plots) == 2 * page.count("<figure")
    for plot in plots:
        ElementTree.fromstring(plot.replace("xlink:", ""))
        assert "var(--people)" in plot
        assert "#ffffff" not in plot
    assert "prefers-color-scheme: dark" in page


def test_labels_alone_show_votes_and_no_pictures(tmp_path: Path) -> None:
    page = render(explore(read(made(tmp_path, pictures=False))))
    assert "<img" not in page
    assert 'id="files"' not in page
    assert 'class="bars"' in page


def test_means_alone_claim_nothing_about_single_votes(tmp_path: Path) -> None:
    rows = [f"{number}.png,{1 + number / 10}" for number in range(30)]
    found = explore(read(write_csv(tmp_path, "file,mean", rows), steps=5))
    page = render(found)
    assert (found.ratings, found.spread, found.fits, found.bands) == (None, None, None, ())
    assert "Only means are given" in page
    assert "\N{PLUS-MINUS SIGN}" not in page
    assert 'class="bars"' not in page


@pytest.mark.parametrize("rows", [["a.png,1,0,0"], ["a.png,0,5,0", "b.png,0,5,0"]])
def test_one_picture_or_one_opinion_is_enough_for_a_page(tmp_path: Path, rows: list[str]) -> None:
    page = render(explore(read(write_csv(tmp_path, "file,n1,n2,n3", rows))))
    assert "How high they scored" in page
    assert "nan" not in text_of(page).lower().split()


def test_raters_are_described_where_single_votes_are_known(tmp_path: Path) -> None:
    lines = [f"stern,{n}.png,{1 + n % 2}" for n in range(12)]
    lines += [f"mild,{n}.png,{4 + n % 2}" for n in range(12)]
    lines += [f"same,{n}.png,3" for n in range(12)]
    found = explore(read(write_csv(tmp_path, "rater,file,vote", lines), steps=5))
    assert found.raters is not None
    assert found.raters.one_note == ("same",)
    assert "1 raters with ten votes or more always gave the same one: same." in text_of(
        render(found)
    )


def test_the_command_says_what_is_wrong_with_a_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explore", f"csv={tmp_path / 'gone.csv'}"]) == 2
    assert "gone.csv is not there" in capsys.readouterr().err


def test_the_spread_curve_is_the_mean_spread_of_each_half_point() -> None:
    counts = np.array([[5, 5, 0]] * 5 + [[0, 10, 0]] * 5 + [[0, 5, 5]], dtype=np.float64)
    curve = spread_curve(vote_moments(counts))
    assert curve.centres.tolist() == [1.75, 2.25]
    assert curve.middle.tolist() == [0.5, 0.0]


def test_bands_average_shares_and_a_full_mark_joins_the_last() -> None:
    counts = np.array([[0, 0, 10], [0, 2, 2], [4, 0, 0]], dtype=np.float64)
    low, high = bands(counts, vote_moments(counts).means)
    assert (low.low, low.high, low.count) == (1, 2, 1)
    assert (high.low, high.high, high.count) == (2, 3, 2)
    assert high.shares.tolist() == [0.0, 0.25, 0.75]


def test_whiskers_reach_one_and_a_half_boxes() -> None:
    about = summary(np.array([0.0, 10, 11, 12, 13, 14, 30]))
    assert (about.q1, about.median, about.q3) == (10.5, 12, 13.5)
    assert (about.below, about.above, about.outside) == (1, 1, 2)


def test_prior_votes_recover_what_was_planted() -> None:
    generator = np.random.default_rng(3)
    chances = generator.beta(6, 6, size=4000)
    yes = generator.binomial(40, chances).astype(np.float64)
    counts = np.stack([40 - yes, yes], axis=1)
    assert prior_votes(vote_moments(counts)) == pytest.approx(12, rel=0.1)
    assert prior_votes(vote_moments(np.array([[1.0, 0.0], [0.0, 1.0]]))) is None


def test_random_tags_explain_nothing_and_true_ones_much() -> None:
    generator = np.random.default_rng(5)
    means = generator.normal(size=600)
    noise_tags = [(str(generator.integers(40)),) for _ in means]
    true_tags = [("high" if mean > 0 else "low",) for mean in means]
    random_found = subjects("tag", noise_tags, means)
    true_found = subjects("tag", true_tags, means)
    assert random_found is not None and true_found is not None
    assert random_found.explained < 0.03
    assert true_found.explained == pytest.approx(2 / np.pi, abs=0.05)
    assert [item.name for item in true_found.best_first] == ["high", "low"]
    assert subjects("tag", [("one",)] * 600, means) is None


def test_a_raters_leaning_is_measured_against_the_others() -> None:
    single = SingleVotes(
        raters=("a", "b", "c"),
        keys=("p", "q"),
        rater=np.array([0, 1, 2, 0], dtype=np.int32),
        picture=np.array([0, 0, 0, 1], dtype=np.int32),
        vote=np.array([5, 3, 1, 4], dtype=np.int16),
    )
    found = raters(single)
    assert found.votes_each.tolist() == [2, 1, 1]
    assert found.leaning.most == pytest.approx((5 - 2 + 0) / 2)
    assert found.leaning.least == pytest.approx(1 - 4)


def test_good_begins_at_five_of_ten_and_in_the_middle_of_other_scales() -> None:
    assert [middle_of(steps) for steps in (10, 7, 5)] == [5.0, 4.0, 3.0]


def test_equal_arrays_give_equal_plots() -> None:
    values = np.arange(50, dtype=np.float64)
    assert histogram(values, xlabel="x", width=NARROW) == histogram(
        values, xlabel="x", width=NARROW
    )
    assert "good from 5" in mean_scores(1 + values / 10, steps=10, threshold=5.0, width=NARROW)


def test_long_names_and_formulas_stay_plain_text() -> None:
    items = [Category("$\\frac{1}{$", 12, 4.0, 0.1), Category("x" * 60, 3, 5.0, 0.2)]
    drawn = categories(items, average=4.5, width=NARROW)
    assert "frac" in drawn
    assert "x" * 30 not in drawn
