"""What each idea is worth: the same panels, split and seeds for every row, each cell kept."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ml.contracts.config import TrainConfig
from ml.contracts.presets import preset
from ml.contracts.recipe import Recipe
from ml.data.samples import Panel
from ml.data.splits import Split, held_out
from ml.evaluation.metrics import Array
from ml.evaluation.run import answers
from ml.inference.scoring import LoadedScorer
from ml.models.weights import WeightSource
from ml.training.ablation_table import PanelTruth
from ml.training.cells import Cell, CellKey, read_cell, write_cell
from ml.training.fit import fit, open_store
from ml.training.pixels import PixelStore, cache_name
from ml.training.progress import FitContext
from ml.training.rivals import constant, frozen_ridge

CONSTANT, RIDGE, FINAL = "constant", "ridge", "final"
TRAINED: Mapping[str, str] = {
    "nima": "nima",
    "nima-weighted": "nima-weighted",
    "apm-ava-dist": "apm-ava-dist",
    "apm-ava-dist-m": "apm-ava-dist-m",
    "under-sampled": "nima-under-sampled",
    "fine-tuned": "fine-tuned",
}
ROWS = (CONSTANT, RIDGE, *TRAINED, FINAL)


def table_recipes(change: Callable[[Recipe], Recipe]) -> dict[str, Recipe]:
    """The recipe of every trained row after ``change``, which is the same for all of them."""
    return {row: change(preset(name)) for row, name in TRAINED.items()}


@dataclass(frozen=True, slots=True)
class AblationPlan:
    """``recipes``: the trained rows; ``rows``: all to fill; ``config``: split and resamples.

    ``scorers`` fill the row ``final``, by panel.
    """

    rows: Sequence[str]
    recipes: Mapping[str, Recipe]
    seeds: Sequence[int]
    config: TrainConfig
    source: WeightSource | None
    scorers: Mapping[str, LoadedScorer]


def ablate(
    plan: AblationPlan,
    panels: Sequence[Panel],
    folder: Path,
    *,
    context: FitContext,
    on_cell: Callable[[Cell], None],
) -> tuple[tuple[PanelTruth, ...], tuple[Cell, ...]]:
    """Fill every cell that ``folder`` does not hold yet, cheap rows first.

    Returns the panels' test votes and all cells. ``on_cell`` is told of each, old or new. A cell
    that was cut short goes on where its last epoch ended. Raises what ``fit`` raises.
    """
    truths: list[PanelTruth] = []
    cells: list[Cell] = []
    for panel in panels:
        bench = _Bench(plan, panel, folder / "cells", context)
        truths.append(PanelTruth(name=panel.name, shares=bench.voted[bench.split.test]))
        for row in plan.rows:
            for seed in plan.seeds if row in plan.recipes else [None]:
                cell = bench.cell(CellKey(panel=panel.name, row=row, seed=seed))
                cells.append(cell)
                on_cell(cell)
    return tuple(truths), tuple(cells)


class _Bench:
    """One panel with its split, ready to fill cells."""

    def __init__(self, plan: AblationPlan, panel: Panel, folder: Path, context: FitContext) -> None:
        self._plan = plan
        self._panel = panel
        self._folder = folder
        self._context = context
        self.split: Split = held_out(
            panel, seed=plan.config.split_seed, share=plan.config.test_share
        )
        self.voted: Array = np.array([picture.distribution for picture in panel.pictures])
        self._stores: dict[tuple[int, int], PixelStore] = {}

    def cell(self, key: CellKey) -> Cell:
        """The cell from its file, or filled now."""
        identity = self._identity(key)
        if (kept := read_cell(self._folder, key, identity=identity)) is not None:
            return kept
        began = time.monotonic()
        shares = self._predictions(key)
        cell = Cell(
            key=key,
            identity=identity,
            seconds=time.monotonic() - began,
            predictions=tuple(tuple(row) for row in shares.tolist()),
        )
        write_cell(self._folder, cell)
        key.path(self._folder, ".safetensors").unlink(missing_ok=True)
        return cell

    def _identity(self, key: CellKey) -> str:
        what = key.row
        if key.seed is not None:
            what = self._recipe(key).digest
        elif key.row == FINAL:
            what = self._plan.scorers[key.panel].digest
        store = self._store(self._first_recipe())
        return cache_name(what, store.identity, self.split.test.tolist())

    def _predictions(self, key: CellKey) -> Array:
        if key.seed is not None:
            return self._fitted(key)
        if key.row == CONSTANT:
            return constant(self.voted, self.split)
        if key.row == RIDGE:
            recipe = self._first_recipe()
            return frozen_ridge(
                self.voted,
                self.split,
                recipe,
                store=self._store(recipe),
                source=self._plan.source,
                context=self._context,
            )
        return self._scored()

    def _fitted(self, key: CellKey) -> Array:
        recipe = self._recipe(key)
        store = self._store(recipe)
        context = replace(self._context, checkpoint=key.path(self._folder, ".safetensors"))
        fitted = fit(
            recipe,
            self._panel,
            self.split.train,
            store=store,
            source=self._plan.source,
            context=context,
        )
        return fitted.judge(store, self.split.test, context=context)

    def _scored(self) -> Array:
        """Test pictures through the scorer's own door, as the workers judge them."""
        pictures = [self._panel.pictures[row] for row in self.split.test]
        said = answers(self._plan.scorers[self._panel.name], pictures)
        return np.array([answer.distribution for answer in said])

    def _recipe(self, key: CellKey) -> Recipe:
        seed = 0 if key.seed is None else key.seed
        return replace(self._plan.recipes[key.row], seed=seed)

    def _first_recipe(self) -> Recipe:
        return next(iter(self._plan.recipes.values()), Recipe())

    def _store(self, recipe: Recipe) -> PixelStore:
        sides = (recipe.resize_side, recipe.input_side)
        if sides not in self._stores:
            self._stores[sides] = open_store(self._panel, recipe, context=self._context)
        return self._stores[sides]
