"""An ablation fills its cells once, on one split for all rows, and tells what each is worth."""

import json
from pathlib import Path

import numpy as np
import pytest

from ml.cli.__main__ import main
from ml.evaluation.metrics import emd, mean_scores, srcc
from ml.training.ablation import TRAINED
from ml.training.ablation_table import PanelTruth, as_markdown, table_rows
from ml.training.cells import Cell, CellKey
from tests.ml.conftest import Shipped

CHANGES = (
    "backbone=tiny",
    "input_side=16",
    "resize_side=18",
    "batch=32",
    "accumulate=1",
    "head_epochs=2",
    "all_epochs=1",
    "teacher_epochs=1",
    "cached_views=1",
    "per_bin=5",
)


def ablated(shipped: Shipped, out: Path, *more: str) -> dict[str, object]:
    asked = ["--threads", "1", "ablate", "--data", f"oasis={shipped.oasis}", "--out", str(out)]
    asked += ["--seeds", "1", "2"]
    asked += ["--weights", str(shipped.weights), "--card", str(shipped.card)]
    asked += [word for change in CHANGES for word in ("--set", change)]
    assert main([*asked, *more]) == 0
    document: dict[str, object] = json.loads((out / "table.json").read_text())
    return document


def both(shipped: Shipped) -> tuple[str, str]:
    return "--data", f"sophoappeal={shipped.sophoappeal}"


@pytest.fixture(scope="module")
def table(shipped: Shipped, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("ablation")
    ablated(shipped, out, *both(shipped))
    return out


def rows_of(folder: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads((folder / "table.json").read_text())["rows"]
    return rows


def test_every_row_is_there_for_both_panels_with_its_seeds(table: Path) -> None:
    expected = ["constant", "ridge", *TRAINED, "final"]
    for panel in ("oasis", "sophoappeal"):
        rows = [row for row in rows_of(table) if row["panel"] == panel]
        assert [row["row"] for row in rows] == expected
        for row in rows:
            seeds = [figures["seed"] for figures in row["seeds"]]
            assert seeds == ([1, 2] if row["row"] in TRAINED else [None])


def test_the_changes_stand_in_the_table(table: Path) -> None:
    assert json.loads((table / "table.json").read_text())["changes"] == list(CHANGES)
    text = (table / "table.md").read_text()
    assert "## oasis" in text and "## sophoappeal" in text and "| apm-ava-dist-m |" in text


def test_the_constant_is_the_floor_and_a_learner_lies_below_it(table: Path) -> None:
    rows = {row["row"]: row for row in rows_of(table) if row["panel"] == "oasis"}
    assert rows["constant"]["below_constant"] == 0
    assert rows["ridge"]["below_constant"] > 0.1
    assert rows["final"]["srcc"]["value"] > 0.8


def test_a_restart_fills_only_what_is_missing(shipped: Shipped, table: Path) -> None:
    cells = sorted((table / "cells").iterdir())
    assert all(path.suffix == ".json" for path in cells)
    gone = next(path for path in cells if path.name == "oasis-nima-2.json")
    before = gone.read_text()
    kept = {path: path.stat().st_mtime_ns for path in cells if path != gone}
    gone.unlink()
    ablated(shipped, table, *both(shipped))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert json.loads(gone.read_text())["predictions"] == json.loads(before)["predictions"]


def test_a_changed_recipe_is_not_taken_for_the_old_one(shipped: Shipped, tmp_path: Path) -> None:
    few = ("--rows", "nima", "--seeds", "1")
    ablated(shipped, tmp_path, *few)
    cell = tmp_path / "cells" / "oasis-nima-1.json"
    first = json.loads(cell.read_text())
    ablated(shipped, tmp_path, *few, "--set", "head_rate=0.05")
    second = json.loads(cell.read_text())
    assert first["identity"] != second["identity"]
    assert first["predictions"] != second["predictions"]


def test_the_figures_of_a_row_are_means_over_seeds() -> None:
    generator = np.random.default_rng(4)
    truth = PanelTruth(name="made", shares=generator.dirichlet(np.ones(10), size=30))
    cells = []
    for seed in (1, 2):
        noise = generator.dirichlet(np.ones(10), size=30)
        shares = (truth.shares + seed * noise) / (1 + seed)
        rows = tuple(tuple(row) for row in shares.tolist())
        key = CellKey(panel="made", row="noisy", seed=seed)
        cells.append(Cell(key=key, identity="", seconds=2.0 * seed, predictions=rows))
    row = table_rows([truth], cells, resamples=50)[0]
    voted = mean_scores(truth.shares)
    ranks = [srcc(mean_scores(cell.shares), voted) for cell in cells]
    distances = [emd(cell.shares, truth.shares, r=2).mean() for cell in cells]
    assert row.srcc.value == pytest.approx(np.mean(ranks))
    assert row.emd_r2.value == pytest.approx(np.mean(distances))
    assert [figures.srcc.value for figures in row.seeds] == pytest.approx(ranks)
    assert row.srcc.low < row.srcc.value < row.srcc.high
    assert (row.below_constant, row.seconds) == (None, 3.0)
    assert "noisy" in as_markdown([row])
