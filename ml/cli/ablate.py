"""``ablate``: measure what each idea is worth on the same pictures and seeds, and write a table."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ml.cli.options import add_panels, at_least, panels, tell, write
from ml.cli.recipes import add_changes, add_machine, context_of, weights_of, with_changes
from ml.contracts.builtin import BUILTIN_SCORER
from ml.contracts.config import TrainConfig
from ml.contracts.files import replace_file
from ml.data.samples import Panel
from ml.inference.devices import open_device
from ml.inference.scoring import LoadedScorer, open_scorer
from ml.training.ablation import FINAL, ROWS, AblationPlan, ablate, table_recipes
from ml.training.ablation_table import TableRow, as_markdown, table_rows
from ml.training.cells import Cell
from ml.training.ddp import World


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("ablate", help=__doc__)
    add_panels(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder of cells and tables")
    parser.add_argument("--seeds", type=at_least(0), nargs="+", default=[1, 2, 3])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--weights", type=Path, default=BUILTIN_SCORER.weights)
    parser.add_argument("--card", type=Path, default=BUILTIN_SCORER.card)
    add_changes(parser)
    add_machine(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fill the missing cells, then write ``table.json`` and ``table.md``."""
    recipes = table_recipes(lambda recipe: with_changes(recipe, options))
    data = panels(options)
    plan = AblationPlan(
        rows=options.rows,
        recipes=recipes,
        seeds=options.seeds,
        config=TrainConfig(),
        source=weights_of(options),
        scorers=_scorers(options, data),
    )
    context = context_of(options, world=World())
    truths, cells = ablate(plan, data, options.out, context=context, on_cell=_say)
    rows = table_rows(truths, cells, resamples=plan.config.resamples)
    _write_tables(options.out, rows, options.changes)
    write(as_markdown(rows))
    return 0


def _scorers(options: argparse.Namespace, data: Sequence[Panel]) -> dict[str, LoadedScorer]:
    """The scorer as each crowd, or as the one it serves where it does not know the crowd."""
    if FINAL not in options.rows:
        return {}
    network, card = open_scorer(options.weights, options.card)
    names = {panel.name: panel.name for panel in data if panel.name in network.panels}
    device = open_device(options.device)
    return {
        panel.name: LoadedScorer(
            network, replace(card, panel=names.get(panel.name, card.panel)), device=device
        )
        for panel in data
    }


def _write_tables(folder: Path, rows: Sequence[TableRow], changes: Sequence[str]) -> None:
    document = {"changes": list(changes), "rows": [asdict(row) for row in rows]}
    replace_file(folder / "table.json", (json.dumps(document, indent=2) + "\n").encode())
    replace_file(folder / "table.md", as_markdown(rows).encode())


def _say(cell: Cell) -> None:
    seed = "" if cell.key.seed is None else f", seed {cell.key.seed}"
    tell(f"{cell.key.panel}: {cell.key.row}{seed} in {cell.seconds:.0f} s")
