"""A run folder holds what the seed asks for; a search stays on the training part and resumes."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ml.cli.__main__ import main
from ml.contracts.card import file_digest
from ml.contracts.recipe import Pooling, Recipe, RecipeError, read_recipe
from ml.data.samples import Panel
from ml.data.splits import holdout
from ml.models.backbone import create_backbone
from ml.models.checkpoints import load_network
from ml.models.nima import NimaNetwork
from ml.models.weights import WeightSource, WrongArchitectureError
from ml.training import search as searching
from ml.training.fit import Fitted
from ml.training.progress import FitContext
from ml.training.search import Trial, grid, random_draws, search, trials_markdown
from tests.ml.fits import SMALL, small_panel
from tests.ml.panels import write_oasis

QUICK = replace(SMALL, head_epochs=2, all_epochs=1, cached_views=1)
SPACE = {"dropout": [0.0, 0.5], "head_rate": [1e-4, 0.1]}


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    return small_panel(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``fit`` writes for a recipe in a file, with one field set on the command line."""
    folder = tmp_path_factory.mktemp("run")
    oasis = write_oasis(folder / "oasis", count=40)
    (folder / "mine.json").write_text(QUICK.to_json())
    out = folder / "out"
    asked = ["--threads", "1", "fit", "--data", f"oasis={oasis}", "--out", str(out)]
    status = main([*asked, "--recipe", str(folder / "mine.json"), "--set", "head_epochs=3"])
    assert status == 0
    return out


def test_the_recipe_is_written_resolved(run_folder: Path) -> None:
    assert read_recipe(run_folder / "recipe.json") == replace(QUICK, head_epochs=3)


def test_the_weights_fill_the_network_that_the_architecture_names(run_folder: Path) -> None:
    facts = json.loads((run_folder / "architecture.json").read_text())
    network = NimaNetwork(create_backbone(facts["backbone"], None), pooling=facts["pooling"])
    load_network(network, run_folder / "weights.safetensors", architecture=network.architecture)
    other = NimaNetwork(create_backbone(facts["backbone"], None), pooling=Pooling.STAGES)
    with pytest.raises(WrongArchitectureError, match="nima tiny top"):
        load_network(other, run_folder / "weights.safetensors", architecture=other.architecture)
    assert facts["parameters"]["head"] == sum(p.numel() for p in network.head_parameters())
    assert "TinyBackbone" in (run_folder / "architecture.txt").read_text()


def test_the_history_has_a_line_an_epoch_in_both_forms(run_folder: Path) -> None:
    with (run_folder / "history.csv").open() as handle:
        lines = list(csv.DictReader(handle))
    records = json.loads((run_folder / "history.json").read_text())
    assert [line["phase"] for line in lines] == ["head", "head", "head", "all"]
    assert [float(line["loss"]) for line in lines] == [record["loss"] for record in records]


def test_the_plots_mark_both_phases(run_folder: Path) -> None:
    for name, words in (("loss.svg", "training loss"), ("srcc.svg", "SRCC")):
        drawing = (run_folder / name).read_text()
        assert drawing.startswith("<svg")
        assert all(word in drawing for word in (words, ">head<", ">all<"))


def test_the_card_puts_the_fit_beside_its_baselines(run_folder: Path) -> None:
    card = json.loads((run_folder / "card.json").read_text())
    assert card["weights"]["sha256"] == file_digest(run_folder / "weights.safetensors")
    assert set(card["metrics"]) == {"fit", "constant", "ridge"}
    data = card["data"]
    assert data["trained_on"] + data["validation"] + data["test"] == data["pictures"] == 40
    assert card["metrics"]["fit"]["count"] == data["test"]
    assert card["seconds"] > 0


def test_a_grid_has_every_combination_and_draws_are_some_of_them() -> None:
    points = grid(SPACE)
    assert len(points) == 4 and {"dropout": 0.5, "head_rate": 1e-4} in points
    drawn = random_draws(SPACE, count=3, seed=1)
    assert len({tuple(point.items()) for point in drawn}) == 3
    assert all(point in points for point in drawn)
    assert drawn == random_draws(SPACE, count=3, seed=1)
    assert len(random_draws(SPACE, count=9, seed=1)) == 4


def tried(panel: Panel, folder: Path, points: tuple[dict[str, object], ...]) -> tuple[Trial, ...]:
    return search(
        QUICK,
        points,
        panel,
        holdout(len(panel.pictures), seed=2024, share=0.2).train,
        folder,
        seeds=[1, 2],
        source=WeightSource.wheel(),
        context=FitContext(),
        on_trial=lambda _trial: None,
    )


def test_the_better_point_wins_and_a_restart_repeats_no_trial(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tried(panel, tmp_path, grid(SPACE)[:2])
    assert first[0].emd_r2 < first[1].emd_r2 and first[0].values["head_rate"] == 0.1
    fits: list[Recipe] = []
    real = searching.fit

    def counted(recipe: Recipe, *args: object, **options: object) -> Fitted:
        fits.append(recipe)
        return real(recipe, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(searching, "fit", counted)
    again = tried(panel, tmp_path, grid(SPACE)[:3])
    assert [(one.dropout, one.seed) for one in fits] == [(0.5, 1), (0.5, 2)]
    assert {trial.identity for trial in first} < {trial.identity for trial in again}
    lines = trials_markdown(again).splitlines()
    assert len(lines) == 2 + 3 and "dropout" in lines[0]


def test_a_search_never_looks_at_the_test_pictures(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = set(holdout(len(panel.pictures), seed=2024, share=0.2).test.tolist())
    seen: set[int] = set()
    real = searching.fit

    def watched(recipe: Recipe, *args: object, **options: object) -> Fitted:
        fitted = real(recipe, *args, **options)  # type: ignore[arg-type]
        seen.update(fitted.material.natural.tolist(), fitted.material.validation.tolist())
        return fitted

    monkeypatch.setattr(searching, "fit", watched)
    tried(panel, tmp_path, grid(SPACE)[:1])
    assert len(seen) == 32 and not seen & test


def test_a_point_that_is_no_recipe_is_refused_before_any_training(
    panel: Panel, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match="dropuot"):
        tried(panel, tmp_path, ({"dropout": 0.5}, {"dropuot": 0.5}))
    assert not (tmp_path / "search.json").exists()


def test_the_search_command_writes_a_table(tmp_path: Path) -> None:
    oasis = write_oasis(tmp_path / "oasis", count=30)
    (tmp_path / "mine.json").write_text(QUICK.to_json())
    asked = ["--threads", "1", "search", "--data", f"oasis={oasis}", "--out", str(tmp_path / "out")]
    more = ["--recipe", str(tmp_path / "mine.json"), "--try", "dropout=0.1,0.6", "--draws", "1"]
    assert main([*asked, *more]) == 0
    trials = json.loads((tmp_path / "out" / "search.json").read_text())
    assert len(trials) == 1 and trials[0]["values"]["dropout"] in (0.1, 0.6)
    assert "validation SRCC" in (tmp_path / "out" / "search.md").read_text()
    assert torch.get_num_threads() == 1
