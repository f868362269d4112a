"""``learned``: name in cards the pictures that their weights learned from."""

import argparse
import json
from pathlib import Path
from typing import Any

from ml.cli.options import add_panels, panels, write
from ml.contracts.card import read_document
from ml.contracts.files import replace_file
from ml.training.learned_pictures import with_learned


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("learned", help=__doc__)
    add_panels(parser)
    parser.add_argument("--cards", nargs="+", type=Path, required=True, help="brought up to date")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write all cards, or none if one of them does not fit the data."""
    data = panels(options)
    done = {path: with_learned(read_document(path), data) for path in options.cards}
    for path, card in done.items():
        replace_file(path, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
        write(str(path))
    return 0
