"""Judging predictions that others published, matched by picture."""

import json
from pathlib import Path

import numpy as np
import pytest

from ml.cli.__main__ import main
from ml.evaluation.metrics import Array, mean_scores, srcc
from ml.evaluation.predictions import PredictionFileError, read_predictions

KEYS = [str(700 + number) for number in range(40)]


def _counts() -> Array:
    generator = np.random.default_rng(2)
    centres = np.linspace(3.5, 7.5, 40)
    shapes = np.exp(-np.square(np.arange(1, 11) - centres[:, None]) / 4)
    return np.array(
        [generator.multinomial(60, row / row.sum()) for row in shapes], dtype=np.float64
    )


def _labels(path: Path) -> Path:
    lines = ["image_id," + ",".join(f"n{step}" for step in range(1, 11))]
    for key, row in zip(KEYS, _counts(), strict=True):
        lines.append(f"{key}," + ",".join(str(int(count)) for count in row))
    path.write_text("\n".join(lines) + "\n")
    return path


def _shares() -> Array:
    counts = _counts() + 3
    return counts / counts.sum(axis=1, keepdims=True)


def _predictions(path: Path, *, ids: list[int], shares: Array) -> Path:
    np.savez(path, image_id=np.array(ids), model=shares.astype(np.float16))
    return path


def test_predictions_find_their_pictures_in_any_order(tmp_path: Path) -> None:
    ids = [720, 705, 1, 739]
    shares = _shares()[[20, 5, 0, 39]]
    file = _predictions(tmp_path / "p.npz", ids=ids, shares=shares)
    matched = read_predictions(file, keys=KEYS)
    assert matched.rows == (20, 5, 39)
    assert matched.unmatched == 1
    assert matched.models[0].name == "model"
    assert matched.models[0].shares == pytest.approx(_shares()[[20, 5, 39]], abs=1e-3)
    assert matched.models[0].shares.sum(axis=1) == pytest.approx(np.ones(3))


def test_the_command_judges_them_beside_constant_and_ceiling(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = _labels(tmp_path / "ava.csv")
    file = _predictions(tmp_path / "p.npz", ids=[int(key) for key in KEYS], shares=_shares())
    arguments = ["published", f"ava={labels}", str(file), "--resamples", "50"]
    assert main([*arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    ours = document["reports"]["model"]
    voted = _counts() / 60
    half = _shares().astype(np.float16).astype(np.float64)
    assert ours["srcc"]["value"] == pytest.approx(
        srcc(mean_scores(half), mean_scores(voted)), abs=1e-3
    )
    assert document["reports"]["constant histogram"]["srcc"]["value"] == 0
    assert document["reports"]["second panel (ceiling)"]["srcc"]["value"] > 0.9
    assert document["equivalent_raters"]["model"]["curve"][0]["size"] == 1
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "EMD r=2 = CDLoss" in text and "real vote" in text


@pytest.mark.parametrize(
    ("ids", "damage", "words"),
    [
        ([700, 700, 701], None, "without repeats"),
        ([1, 2, 3], None, "fewer than two pictures"),
        ([700, 701, 702], np.nan, "p.npz, model, picture 701: row 1: a share is not"),
        ([700, 701, 702], 0.9, "picture 701: row 1: the shares do not sum"),
    ],
)
def test_a_file_that_cannot_be_judged_says_why(
    tmp_path: Path, ids: list[int], damage: float | None, words: str
) -> None:
    shares = _shares()[:3]
    if damage is not None:
        shares[1, 4] = damage
    file = _predictions(tmp_path / "p.npz", ids=ids, shares=shares)
    with pytest.raises(PredictionFileError, match=words):
        read_predictions(file, keys=KEYS)


def test_another_file_is_no_archive(tmp_path: Path) -> None:
    text = tmp_path / "p.npz"
    text.write_text("no archive")
    with pytest.raises(PredictionFileError, match="no readable"):
        read_predictions(text, keys=KEYS)
    with pytest.raises(PredictionFileError, match="no readable"):
        read_predictions(tmp_path / "gone.npz", keys=KEYS)


def test_the_command_tells_the_operator_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = _labels(tmp_path / "ava.csv")
    assert main(["published", f"ava={labels}", str(tmp_path / "gone.npz")]) == 2
    assert "gone.npz is no readable .npz" in capsys.readouterr().err
