"""``predict``: judge pictures, one line of JSON each."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ml.cli.options import add_model, write
from ml.data.opening import open_picture
from ml.inference.scoring import load_scorer


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("predict", help=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    add_model(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """One line for each file, in the order given; 2 when one of them cannot be judged."""
    scorer = load_scorer(
        options.weights, options.card, device=options.device, engine=options.engine
    )
    status = 0
    for path in options.files:
        try:
            result = scorer.predict_batch([open_picture(path, scorer.input_side)])[0]
        except (OSError, ValueError) as error:  # one bad file must not cost the others
            status = 2
            write(json.dumps({"file": str(path), "error": f"{type(error).__name__}: {error}"}))
        else:
            write(json.dumps({"file": str(path), "model": scorer.version, **asdict(result)}))
    return status
