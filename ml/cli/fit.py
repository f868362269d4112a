"""``fit``: train one network by a recipe, in two phases, and write a run folder."""

import argparse
import time
from pathlib import Path
from typing import Any

from ml.cli.options import add_panels, panels, write
from ml.cli.recipes import (
    add_machine,
    add_recipe,
    context_of,
    environment,
    recipe_of,
    weights_of,
)
from ml.contracts.config import TrainConfig
from ml.data.samples import DataSetError, Panel
from ml.training.ddp import joined
from ml.training.fit_run import fit_and_write


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command. Several processes: ``torchrun --nproc-per-node 2 -m ml.cli fit``."""
    parser = commands.add_parser("fit", help=__doc__)
    add_panels(parser)
    parser.add_argument("--out", type=Path, required=True, help="the run folder")
    add_recipe(parser, default="nima")
    add_machine(parser)
    parser.set_defaults(run=run)


def panel_of(options: argparse.Namespace) -> Panel:
    """The one panel that ``add_panels`` asked for. Raises DataSetError."""
    first, *more = panels(options)
    if more:
        raise DataSetError("a fit learns from one data set; name one")
    return first


def run(options: argparse.Namespace) -> int:
    """Fit, or go on with a fit that was cut short, and write the run folder."""
    recipe = recipe_of(options)
    panel = panel_of(options)
    with joined(environment()) as world:
        fit_and_write(
            recipe,
            panel,
            options.out,
            source=weights_of(options),
            context=context_of(options, world=world),
            created_at=time.strftime("%Y-%m-%d", time.gmtime()),
            config=TrainConfig(),
        )
        if world.writes:
            write(str(options.out))
    return 0
