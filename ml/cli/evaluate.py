"""``evaluate``: measure a scorer on its held-out pictures."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from ml.cli.options import add_data, add_model, panels, write
from ml.contracts.config import TrainConfig
from ml.evaluation.run import evaluate
from ml.inference.scoring import load_scorer


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("evaluate", help=__doc__)
    add_data(parser)
    add_model(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """One JSON document for each panel."""
    scorer = load_scorer(options.weights, options.card, device=options.device)
    config = TrainConfig()
    for panel in panels(options):
        result = evaluate(scorer, panel, split_seed=config.split_seed, test_share=config.test_share)
        write(json.dumps({"panel": panel.name, **asdict(result)}, indent=2))
    return 0
