"""One run from a panel to a run folder: split, fit, measure on untouched pictures, write."""

from dataclasses import replace
from pathlib import Path

from ml.contracts.config import TrainConfig
from ml.contracts.recipe import Recipe
from ml.data.samples import Panel
from ml.data.splits import Split, held_out
from ml.evaluation.report import report
from ml.models.weights import WeightSource
from ml.training.artefacts import RunFacts, write_artefacts
from ml.training.fit import Fitted, fit, open_store
from ml.training.pixels import PixelStore
from ml.training.progress import FitContext
from ml.training.rivals import constant, frozen_ridge

CHECKPOINT = "last.safetensors"


def fit_and_write(
    recipe: Recipe,
    panel: Panel,
    folder: Path,
    *,
    source: WeightSource | None,
    context: FitContext,
    created_at: str,
    config: TrainConfig,
) -> Fitted:
    """Fit to the training part of the panel and write the run folder; go on if it was cut short.

    ``config`` gives the split and the resamples. Only the first process writes. Raises what
    ``fit`` raises, and SplitLeakError before anything is trained.
    """
    split = held_out(panel, seed=config.split_seed, share=config.test_share)
    store = open_store(panel, recipe, context=context)
    here = replace(context, checkpoint=folder / CHECKPOINT)
    fitted = fit(recipe, panel, split.train, store=store, source=source, context=here)
    facts = _facts(fitted, panel, split, store, source, here, created_at, config)
    if context.world.writes:
        write_artefacts(folder, fitted, facts)
    context.world.wait()
    return fitted


def _facts(
    fitted: Fitted,
    panel: Panel,
    split: Split,
    store: PixelStore,
    source: WeightSource | None,
    context: FitContext,
    created_at: str,
    config: TrainConfig,
) -> RunFacts:
    voted = fitted.material.voted
    judged = {
        "fit": fitted.judge(store, split.test, context=context),
        "constant": constant(voted, split),
        "ridge": frozen_ridge(
            voted, split, fitted.recipe, store=store, source=source, context=context
        ),
    }
    return RunFacts(
        panel=panel.name,
        pictures=len(panel.pictures),
        scale_steps=panel.steps,
        test=len(split.test),
        split_seed=config.split_seed,
        created_at=created_at,
        reports={
            name: report(shares, voted[split.test], resamples=config.resamples)
            for name, shares in judged.items()
        },
    )
