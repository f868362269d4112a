"""``search``: try variants of a recipe on the training part, judged by validation pictures."""

import argparse
import json
from pathlib import Path
from typing import Any

from ml.cli.fit import panel_of
from ml.cli.options import add_panels, at_least, tell, write
from ml.cli.recipes import add_machine, add_recipe, context_of, recipe_of, weights_of
from ml.contracts.config import TrainConfig
from ml.contracts.files import replace_file
from ml.contracts.recipe import RecipeError
from ml.data.splits import held_out
from ml.training.ddp import World
from ml.training.search import Trial, grid, random_draws, search, trials_markdown


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("search", help=__doc__)
    add_panels(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder of the table of trials")
    parser.add_argument(
        "--try",
        dest="space",
        action="append",
        required=True,
        metavar="KEY=V1,V2",
        help="values of one field, for instance dropout=0.25,0.5,0.75",
    )
    parser.add_argument(
        "--draws", type=at_least(1), help="random points of the grid, all if left out"
    )
    parser.add_argument("--seeds", type=at_least(0), nargs="+", default=[1])
    add_recipe(parser, default="nima")
    add_machine(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write ``search.json`` and ``search.md``; a restart goes on where the last one ended."""
    space = dict(_field(text) for text in options.space)
    points = grid(space)
    if options.draws is not None:
        points = random_draws(space, count=options.draws, seed=options.seeds[0])
    panel, config = panel_of(options), TrainConfig()
    trials = search(
        recipe_of(options),
        points,
        panel,
        held_out(panel, seed=config.split_seed, share=config.test_share).train,
        options.out,
        seeds=options.seeds,
        source=weights_of(options),
        context=context_of(options, world=World()),
        on_trial=_say,
    )
    table = trials_markdown(trials)
    replace_file(options.out / "search.md", table.encode())
    write(table)
    return 0


def _field(text: str) -> tuple[str, list[object]]:
    name, equals, values = text.partition("=")
    if not equals or not values:
        raise RecipeError(f"{text!r} is no key=value,value")
    return name, [_value(word) for word in values.split(",")]


def _value(word: str) -> object:
    try:
        return json.loads(word)
    except ValueError:
        return word


def _say(trial: Trial) -> None:
    tell(f"{dict(trial.values)}: SRCC {trial.srcc:.4f}, EMD {trial.emd_r2:.4f}")
