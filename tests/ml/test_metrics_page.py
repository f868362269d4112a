"""The page about a scorer: made from its answers, whole in one file, honest in its words."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from ml.cli.__main__ import main
from ml.contracts.results import ScoreResult
from ml.data.samples import Panel, VotedPicture
from ml.evaluation.judgement import Judgement, Question, judge
from ml.evaluation.page import render
from ml.evaluation.sentences import interval_words, range_words
from ml.evaluation.summary import skill
from tests.ml.conftest import Shipped

STEPS = np.arange(1, 11)


def _pictures(count: int) -> list[VotedPicture]:
    generator = np.random.default_rng(3)
    rows = np.exp(-np.square(STEPS - np.linspace(3, 8, count)[:, None]) / 3)
    return [
        VotedPicture(
            key=f"<b>{number:02}",
            path=Path("nowhere"),
            counts=tuple(generator.multinomial(40, row / row.sum()).astype(float)),
        )
        for number, row in enumerate(rows)
    ]


def _judged(*, squeeze: float, half_width: float = 1.0) -> Judgement:
    panel = Panel.of("<i>made up", _pictures(60))
    mean = np.mean([picture.distribution for picture in panel.pictures], axis=0)
    answers = [
        ScoreResult.from_distribution(
            (squeeze * np.array(picture.distribution) + (1 - squeeze) * mean).tolist(),
            half_width=half_width,
        )
        for picture in panel.pictures
    ]
    question = Question(panel, train=np.arange(0, 60, 2), test=np.arange(60), resamples=40)
    return judge(question, answers)


@pytest.fixture(scope="module")
def bunched() -> Judgement:
    return _judged(squeeze=0.4)


def test_a_scorer_stands_between_constant_and_ceiling(bunched: Judgement) -> None:
    constant, scorer, ceiling = bunched.constant, bunched.report, bunched.ceiling
    assert constant.emd_r2.value > scorer.emd_r2.value > 0
    assert constant.srcc.value == 0
    assert ceiling.srcc.value > 0.9
    assert skill(constant, constant) == 0
    assert 0.3 < skill(scorer, constant) < 0.5


def test_votes_without_names_come_from_the_histograms(bunched: Judgement) -> None:
    assert not bunched.single_votes
    assert bunched.raters.votes_per_picture == 40


def test_the_page_needs_nothing_beside_it_and_escapes_names(bunched: Judgement) -> None:
    page = render([bunched], version="v<1>")
    assert "v&lt;1&gt;" in page and "&lt;i&gt;made up" in page
    assert not re.search(r"<(script|link|img|iframe)|src=|url\((?!#)|@import", page)
    assert page.count("<svg") == 2 * 8


def test_the_words_say_when_scores_bunch_and_intervals_fail(bunched: Judgement) -> None:
    assert "The scores bunch in the middle." in range_words(bunched)[0]
    assert "The range is kept." in range_words(_judged(squeeze=1.0))[0]
    narrow = _judged(squeeze=0.4, half_width=0.1)
    assert "outside the 76% to 84% that we accept" in interval_words(narrow)[0]


def test_a_score_cut_at_the_end_of_the_scale_keeps_its_width(bunched: Judgement) -> None:
    served = next(point for point in bunched.calibration.coverage if point.level == 0.8)
    assert served.half_width == pytest.approx(1.0)
    wide = _judged(squeeze=1.0, half_width=4.0)
    assert max(point.half_width for point in wide.calibration.coverage) > 6


def test_the_document_is_json_with_the_scorers_figures_on_top(bunched: Judgement) -> None:
    document = json.loads(json.dumps(bunched.document()))
    assert document["panel"] == "<i>made up"
    assert document["srcc"]["value"] == bunched.report.srcc.value
    assert document["beside"]["ceiling"]["srcc"]["value"] == bunched.ceiling.srcc.value
    assert document["equivalent_raters"]["curve"][0]["size"] == 1


def test_the_command_measures_the_shipped_scorer_and_writes_the_page(
    shipped: Shipped, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "--data", f"oasis={shipped.oasis}", "--resamples", "40"]
    arguments += ["--data", f"sophoappeal={shipped.sophoappeal}", "--weights", str(shipped.weights)]
    arguments += ["--card", str(shipped.card)]
    assert main([*arguments, "--out", str(tmp_path / "page"), "--text"]) == 0
    assert "Panels of voters, 12 pictures with 60 votes each" in capsys.readouterr().out
    page = (tmp_path / "page" / "report.html").read_text()
    assert "scorer-tiny" in page and "sophoappeal" in page


def test_the_command_names_the_data_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", f"oasis={tmp_path / 'nowhere'}"]) == 2
    told = capsys.readouterr().err
    assert "DataSetError" in told and "nowhere" in told
