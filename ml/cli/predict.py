"""``predict``: judge pictures, one line of JSON each."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from ml.cli.options import add_model, write
from ml.inference.scoring import load_scorer


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("predict", help=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    add_model(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """One line for each file, in the order given."""
    scorer = load_scorer(options.weights, options.card, device=options.device)
    for path in options.files:
        with Image.open(path) as picture:
            result = scorer.predict_batch([picture])[0]
        write(json.dumps({"file": str(path), "model": scorer.version, **asdict(result)}))
    return 0
