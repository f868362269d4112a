"""A small panel and a tiny recipe for the tests of fitting."""

from pathlib import Path

from ml.contracts.recipe import Recipe, changed
from ml.data.readers import read_oasis
from ml.data.samples import Panel
from ml.data.splits import holdout
from ml.models.weights import WeightSource
from ml.training.fit import Fitted, fit, open_store
from ml.training.progress import FitContext
from tests.ml.panels import write_oasis

SMALL = changed(
    Recipe(),
    {
        "name": "small",
        "backbone": "tiny",
        "input_side": 16,
        "resize_side": 18,
        "dropout": 0.2,
        "batch": 16,
        "accumulate": 1,
        "head_epochs": 3,
        "head_rate": 0.05,
        "all_epochs": 3,
        "all_rate": 0.01,
        "cached_views": 3,
        "validation_share": 0.2,
    },
)


def small_panel(folder: Path, *, count: int = 40) -> Panel:
    """Photos whose brightness decides the votes."""
    return read_oasis(write_oasis(folder / "oasis", count=count))


def fitted(recipe: Recipe, panel: Panel, context: FitContext) -> Fitted:
    """A fit to the training part of the split that all these tests share."""
    rows = holdout(len(panel.pictures), seed=2024, share=0.2).train
    store = open_store(panel, recipe, context=context)
    return fit(recipe, panel, rows, store=store, source=WeightSource.wheel(), context=context)
