"""What a generator and its judges learn from in a run: pictures of the snapshot by its parts."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ml.contracts.generator_recipe import FEWEST_JUDGED, FEWEST_LEARNED, GeneratorRecipe
from ml.contracts.retrain import RefusalCode
from ml.data.splits import Indices
from ml.data.squares import read_squares
from ml.inference.features import FrozenFeatures
from ml.training.challenger.generator_champion import GeneratorChampion
from ml.training.challenger.refusals import RunRefusedError
from ml.training.challenger.telling import Speaker
from ml.training.challenger.voted import VotedPictures
from ml.training.generator.material import TRIED, Grouping, Material, gather_material
from ml.training.progress import Callbacks, Progress


def sides_of(
    voted: VotedPictures, champion: GeneratorChampion | None
) -> tuple[Indices, Indices, int]:
    """Rows to learn from, rows for the judges, and how many of these the champion knows already.

    Nothing is judged by pictures that either generator learned from. Raises RunRefusedError for too
    few of either.
    """
    aside = np.sort(np.concatenate([voted.validation, voted.test]))
    knows = champion.knows if champion is not None else lambda _artwork: False
    judged = np.array([row for row in aside.tolist() if not knows(voted.keys[row])], dtype=np.intp)
    left_out = len(aside) - len(judged)
    _require(len(voted.train), FEWEST_LEARNED, "to learn from")
    why = f" ({left_out} others taught the generator in use, and do not count)" if left_out else ""
    _require(len(judged), FEWEST_JUDGED, f"kept back to judge with{why}")
    return voted.train, judged, left_out


def material_of_run(
    voted: VotedPictures,
    sides: tuple[Indices, Indices],
    recipe: GeneratorRecipe,
    eyes: FrozenFeatures,
    *,
    cache: Path | None,
    speaker: Speaker,
) -> Material:
    """Squares of the pictures, sorted into as many categories as the recipe wants.

    Raises DataSetError, TrainingStoppedError.
    """
    squares = read_squares([voted.panel], side=recipe.size, groups=voted.groups)

    def told(progress: Progress) -> None:
        speaker.step(progress.step, progress.done, progress.total)

    return gather_material(
        replace(squares, subjects=("",) * len(squares.digests)),
        sides,
        grouping=Grouping.CLUSTERS,
        features=eyes,
        cache=cache,
        callbacks=Callbacks(on_progress=told, should_stop=speaker.should_stop),
        tried=(recipe.categories,) if recipe.categories else TRIED,
    )


def _require(found: int, fewest: int, what: str) -> None:
    if found < fewest:
        raise RunRefusedError(
            RefusalCode.TOO_FEW_PICTURES,
            f"There are {found} pictures {what}; a generator needs at least {fewest},"
            f" {fewest - found} more.",
        )
