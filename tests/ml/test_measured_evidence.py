"""Evidence for the measured attributes: only those that agree with raters become judgements."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.cli.__main__ import main
from ml.contracts.attributes_card import MeasuredFacts
from ml.data.attribute_columns import COLUMNS
from ml.data.samples import DataSetError, Panel, VotedPicture
from ml.evaluation.measured_evidence import (
    AGAINST,
    BEGIN,
    END,
    evidence,
    measure_picture,
)
from ml.measured.measure import FORMULAS

COUNT = 30


def save_picture(path: Path, *, vividness: float, seed: int) -> None:
    """Coloured noise around grey, more colourful the larger ``vividness`` in [0, 1]."""
    rng = np.random.default_rng(seed)
    noise = rng.uniform(-1, 1, (6, 6, 3)).repeat(6, axis=0).repeat(6, axis=1)
    Image.fromarray((128 + 120 * vividness * noise).astype(np.uint8)).save(path)


def panel(folder: Path, labels: dict[str, list[float]], *, unlabelled: int = 0) -> Panel:
    """Pictures of rising vividness, each with one value of every label."""
    count = len(next(iter(labels.values())))
    pictures = []
    for place in range(count + unlabelled):
        path = folder / f"{place:03}.png"
        save_picture(path, vividness=min(place / count, 1.0), seed=place)
        given = {name: values[place] for name, values in labels.items() if place < count}
        pictures.append(VotedPicture(key=path.name, path=path, counts=(1, 2), attributes=given))
    return Panel.of("planted", pictures)


def by_key(rows: tuple[MeasuredFacts, ...]) -> dict[str, MeasuredFacts]:
    return {row.key: row for row in rows}


def test_a_formula_that_agrees_with_raters_is_a_judgement(tmp_path: Path) -> None:
    rising = np.linspace(-1, 1, COUNT).tolist()
    row = by_key(evidence(panel(tmp_path, {"VividColor": rising}), resamples=200))["colorfulness"]
    assert row.judgement and row.against == "vivid_color" and row.n == COUNT
    assert row.srcc is not None and row.srcc.low > 0.7 and row.srcc.value > 0.9


@pytest.mark.parametrize("kind", ["opposed", "unrelated", "constant"])
def test_a_formula_that_does_not_agree_is_a_fact(tmp_path: Path, kind: str) -> None:
    said = {
        "opposed": np.linspace(1, -1, COUNT),
        "unrelated": np.tile([0.4, -0.4], COUNT // 2),
        "constant": np.zeros(COUNT),
    }[kind]
    rows = evidence(panel(tmp_path, {"VividColor": said.tolist()}), resamples=200)
    row = by_key(rows)["colorfulness"]
    assert row.srcc is not None and not row.judgement


def test_a_formula_without_labels_is_a_fact_without_a_figure(tmp_path: Path) -> None:
    rows = by_key(evidence(panel(tmp_path, {"VividColor": [0.1] * COUNT}), resamples=10))
    for key in ("clipping", "texture_entropy", "harmony_kind", "thirds_fit"):
        assert (rows[key].n, rows[key].srcc, rows[key].judgement) == (0, None, False)


def test_every_measured_attribute_is_reported_once_in_order(tmp_path: Path) -> None:
    rows = evidence(panel(tmp_path, {"Light": [0.1] * COUNT}), resamples=10)
    assert [row.key for row in rows] == list(FORMULAS)
    assert set(AGAINST) <= set(FORMULAS) and set(AGAINST.values()) <= set(COLUMNS)


def test_references_come_from_all_pictures_ascending_and_at_most_101(tmp_path: Path) -> None:
    full = panel(tmp_path, {"VividColor": [0.1] * COUNT}, unlabelled=90)
    row = by_key(evidence(full, resamples=10))["colorfulness"]
    assert len(row.reference) == 101 and list(row.reference) == sorted(row.reference)
    values = [measure_picture(picture).values["colorfulness"] for picture in full.pictures]
    assert row.reference[0] == pytest.approx(min(values), abs=1e-6)
    assert row.reference[-1] == pytest.approx(max(values), abs=1e-6)


def test_a_choice_has_no_references_since_its_answers_have_no_order(tmp_path: Path) -> None:
    rows = by_key(evidence(panel(tmp_path, {"VividColor": [0.1] * COUNT}), resamples=10))
    assert len(rows["brightness"].reference) == COUNT
    assert rows["harmony_kind"].reference == ()


def test_too_few_labelled_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="5 pictures"):
        evidence(panel(tmp_path, {"VividColor": [0.1] * 5}, unlabelled=30))


def test_transparency_is_measured_as_white(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    Image.new("RGBA", (20, 30), (200, 0, 0, 0)).save(path)
    found = measure_picture(VotedPicture(key="clear.png", path=path, counts=(1, 1)))
    assert found.palette == ("#ffffff",) and found.values["colorfulness"] < 1e-6


def test_the_command_writes_its_table_between_the_marks(tmp_path: Path) -> None:
    document = tmp_path / "measured.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    source = f"sophoappeal={sophoappeal(tmp_path)}"
    assert main(["measured", "--data", source, "--into", str(document), "--resamples", "50"]) == 0
    text = document.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    line = next(line for line in text.splitlines() if line.startswith("| colorfulness"))
    assert "vivid_color" in line and line.endswith("judgement |")


def test_the_command_refuses_a_document_without_marks(tmp_path: Path) -> None:
    document = tmp_path / "bare.md"
    document.write_text("bare", encoding="utf-8")
    source = f"sophoappeal={sophoappeal(tmp_path)}"
    assert main(["measured", "--data", source, "--into", str(document), "--resamples", "5"]) == 2
    assert document.read_text(encoding="utf-8") == "bare"


def sophoappeal(folder: Path) -> Path:
    """A folder as Sophoappeal publishes it, whose vividness follows its label."""
    home = folder / "sophoappeal"
    (home / "tiles80").mkdir(parents=True)
    counts = {f"count_{step}": step for step in range(1, 6)}
    with (home / "labels.csv").open("w", newline="", encoding="utf-8") as handle:
        table = csv.DictWriter(handle, ["tile", "db", *counts, "aadb_VividColor"])
        table.writeheader()
        for place in range(COUNT):
            name = f"{place:04}.png"
            save_picture(home / "tiles80" / name, vividness=(place + 1) / COUNT, seed=place)
            vivid = round(place / COUNT, 3)
            table.writerow({"tile": name, "db": "x", **counts, "aadb_VividColor": vivid})
    return home
