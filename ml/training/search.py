"""Search recipes on the training part alone: a grid or random draws, judged by validation pictures.

The test pictures are never touched. Every trial is fitted with each seed, which also draws other
validation pictures, and its figures are means over seeds, so that a lucky split does not win.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ml.contracts.files import replace_file
from ml.contracts.recipe import Recipe, RecipeError, changed
from ml.data.samples import Panel
from ml.data.splits import Indices
from ml.evaluation.metrics import emd, mean_scores, srcc
from ml.evaluation.text_table import markdown
from ml.models.weights import WeightSource
from ml.training.fit import Fitted, fit, open_store
from ml.training.pixels import PixelStore, cache_name
from ml.training.progress import FitContext
from ml.training.resume import CheckpointError

Space = Mapping[str, Sequence[object]]
TABLE = "search.json"


@dataclass(frozen=True, slots=True)
class Trial:
    """One point of the space. ``srcc`` and ``emd_r2``: validation means over ``seeds`` fits."""

    identity: str
    values: Mapping[str, object]
    seeds: tuple[int, ...]
    srcc: float
    emd_r2: float
    seconds: float


def grid(space: Space) -> tuple[dict[str, object], ...]:
    """Every combination, the last field varying fastest."""
    names = list(space)
    return tuple(
        dict(zip(names, values, strict=True)) for values in itertools.product(*space.values())
    )


def random_draws(space: Space, *, count: int, seed: int) -> tuple[dict[str, object], ...]:
    """``count`` different points of the grid in random order, or all if there are fewer."""
    points = grid(space)
    order = np.random.default_rng(seed).permutation(len(points))[:count]
    return tuple(points[index] for index in order)


def search(
    base: Recipe,
    points: Sequence[Mapping[str, object]],
    panel: Panel,
    rows: Indices,
    folder: Path,
    *,
    seeds: Sequence[int],
    source: WeightSource | None,
    context: FitContext,
    on_trial: Callable[[Trial], None],
) -> tuple[Trial, ...]:
    """Fit ``base`` with the fields of each point changed. Best SRCC first, then least EMD.

    ``search.json`` in ``folder`` keeps every finished trial, which a restart does not repeat.
    Raises RecipeError before any training for a point that is no recipe, CheckpointError for a
    table that cannot be read, and what ``fit`` raises.
    """
    if not base.validation_share:
        raise RecipeError("a search needs a validation_share to judge by")
    recipes = [changed(base, point) for point in points]
    kept = _read(folder / TABLE)
    trials: dict[str, Trial] = {}
    for point, recipe in zip(points, recipes, strict=True):
        store = open_store(panel, recipe, context=context)
        identity = cache_name(recipe.digest, store.identity, list(seeds), rows.tolist())
        trial = kept.get(identity)
        if trial is None:
            fits = _fits(recipe, panel, rows, seeds, store, source, context)
            trial = _trial(identity, point, tuple(seeds), fits)
            kept[identity] = trial
            _write(folder / TABLE, kept.values())
        trials[identity] = trial
        on_trial(trial)
    return tuple(sorted(trials.values(), key=lambda trial: (-trial.srcc, trial.emd_r2)))


def trials_markdown(trials: Sequence[Trial]) -> str:
    """The trials as a table, in their order."""
    names = list(trials[0].values) if trials else []
    rows = [
        [
            *(str(trial.values[name]) for name in names),
            f"{trial.srcc:.4f}",
            f"{trial.emd_r2:.4f}",
            f"{trial.seconds:.0f}",
        ]
        for trial in trials
    ]
    return markdown([*names, "validation SRCC", "validation EMD r=2", "seconds"], rows) + "\n"


def _fits(
    recipe: Recipe,
    panel: Panel,
    rows: Indices,
    seeds: Sequence[int],
    store: PixelStore,
    source: WeightSource | None,
    context: FitContext,
) -> list[tuple[float, float, float]]:
    """SRCC, EMD and seconds of each seed."""
    return [
        _judged(
            fit(
                replace(recipe, seed=seed),
                panel,
                rows,
                store=store,
                source=source,
                context=replace(context, checkpoint=None),
            ),
            context,
        )
        for seed in seeds
    ]


def _judged(fitted: Fitted, context: FitContext) -> tuple[float, float, float]:
    rows = fitted.material.validation
    guessed = fitted.judge(fitted.material.store, rows, context=context)
    voted = fitted.material.voted[rows]
    return (
        srcc(mean_scores(guessed), mean_scores(voted)),
        float(emd(guessed, voted, r=2).mean()),
        fitted.seconds,
    )


def _trial(
    identity: str,
    values: Mapping[str, object],
    seeds: tuple[int, ...],
    fits: Sequence[tuple[float, float, float]],
) -> Trial:
    srccs, emds, seconds = np.array(fits).T
    return Trial(
        identity=identity,
        values=dict(values),
        seeds=seeds,
        srcc=float(srccs.mean()),
        emd_r2=float(emds.mean()),
        seconds=float(seconds.sum()),
    )


def _read(path: Path) -> dict[str, Trial]:
    if not path.is_file():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        trials = [Trial(**{**row, "seeds": tuple(row["seeds"])}) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} holds no trials of a search: {error!r}") from error
    return {trial.identity: trial for trial in trials}


def _write(path: Path, trials: Iterable[Trial]) -> None:
    text = json.dumps([asdict(trial) for trial in trials], indent=2) + "\n"
    replace_file(path, text.encode())
