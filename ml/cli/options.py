"""Options that several commands share, and how they write."""

import argparse
import sys
from pathlib import Path

from ml.contracts.builtin import BUILTIN_SCORER
from ml.data.readers import read_oasis, read_sophoappeal
from ml.data.samples import Panel


def add_data(parser: argparse.ArgumentParser) -> None:
    """``--oasis`` and ``--sophoappeal``, both needed."""
    parser.add_argument("--oasis", type=Path, required=True, help="folder with ratings.csv")
    parser.add_argument("--sophoappeal", type=Path, required=True, help="folder with labels.csv")


def add_model(parser: argparse.ArgumentParser) -> None:
    """``--weights``, ``--card`` and ``--device`` of a scorer, the built-in one by default."""
    parser.add_argument("--weights", type=Path, default=BUILTIN_SCORER.weights)
    parser.add_argument("--card", type=Path, default=BUILTIN_SCORER.card)
    parser.add_argument("--device", default="cpu")


def panels(options: argparse.Namespace) -> list[Panel]:
    """The panels that ``add_data`` asked for."""
    return [read_oasis(options.oasis), read_sophoappeal(options.sophoappeal)]


def write(text: str) -> None:
    """One result on standard output."""
    sys.stdout.write(f"{text}\n")


def tell(text: str) -> None:
    """Progress on standard error."""
    sys.stderr.write(f"{text}\n")
