"""``benchmark``: put our runs beside published numbers, in a table for the documentation."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml.cli.options import write
from ml.contracts.builtin import WEIGHTS_FOLDER
from ml.contracts.files import replace_file
from ml.evaluation.benchmark import (
    BenchmarkSourceError,
    OwnResult,
    results_of_ablation,
    results_of_card,
    section,
)
from ml.evaluation.marked_section import put_into


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("benchmark", help=__doc__)
    parser.add_argument(
        "--card", type=Path, action="append", help="cards of scorers; those we ship by default"
    )
    parser.add_argument(
        "--ablation", type=Path, action="append", default=[], help="table.json of an ablation"
    )
    parser.add_argument("--into", type=Path, help="Markdown file whose marked section to replace")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the section, or put it between the marks of a file."""
    written = section(_results(options))
    if options.into is None:
        write(written)
    else:
        replace_file(options.into, put_into(_text(options.into), written).encode())
    return 0


def _results(options: argparse.Namespace) -> Sequence[OwnResult]:
    cards = options.card or _shipped()
    own = [result for path in cards for result in results_of_card(_read(path))]
    return own + [item for path in options.ablation for item in results_of_ablation(_read(path))]


def _shipped() -> list[Path]:
    return [
        path for path in sorted(WEIGHTS_FOLDER.glob("*.json")) if _read(path).get("kind") == "score"
    ]


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise BenchmarkSourceError(f"{path} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise BenchmarkSourceError(f"{path} holds no object")
    return document


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BenchmarkSourceError(f"{path} is no text: {error}") from error
