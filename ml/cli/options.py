"""Options that several commands share, and how they write."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ml.contracts.builtin import BUILTIN_SCORER
from ml.contracts.engine import Engine
from ml.data.readers import KINDS, read_source
from ml.data.samples import DataSetError, Panel
from ml.data.spec import SourceSpec, parse_spec


def add_panels(parser: argparse.ArgumentParser) -> None:
    """``--data KIND=PATH [IMAGES]``, once for each data set."""
    parser.add_argument(
        "--data",
        nargs="+",
        action="append",
        required=True,
        metavar=("KIND=PATH", "IMAGES"),
        help=f"a data set with its pictures, any number of times; kinds: {', '.join(KINDS)}",
    )


def panels(options: argparse.Namespace) -> list[Panel]:
    """The panels that ``add_panels`` asked for, in order. Raises DataSetError."""
    read = [checked_panel(_spec_of(words)) for words in options.data]
    names = [panel.name for panel in read]
    if len(set(names)) != len(names):
        raise DataSetError(f"two data sets are both called {max(names, key=names.count)}")
    return read


def _spec_of(words: Sequence[str]) -> SourceSpec:
    if len(words) > 2:
        raise DataSetError(f"one data set is KIND=PATH and perhaps its images, not {len(words)}")
    return parse_spec(words[0], images=Path(words[1]) if len(words) == 2 else None)


def add_source(parser: argparse.ArgumentParser) -> None:
    """``KIND=PATH`` with ``--images`` and ``--steps``: any data set of votes."""
    kinds = ", ".join(KINDS)
    parser.add_argument("data", metavar="KIND=PATH", help=f"a data set; the kinds are {kinds}")
    parser.add_argument("--images", type=Path, help="its picture folder, if not beside the table")
    parser.add_argument("--steps", type=int, help="length of the scale, if the table cannot tell")


def source(options: argparse.Namespace) -> SourceSpec:
    """What ``add_source`` asked for. Raises DataSetError."""
    return parse_spec(options.data, images=options.images, steps=options.steps)


def add_model(parser: argparse.ArgumentParser) -> None:
    """``--weights``, ``--card``, ``--device``, ``--engine`` of a scorer; the built-in one."""
    parser.add_argument("--weights", type=Path, default=BUILTIN_SCORER.weights)
    parser.add_argument("--card", type=Path, default=BUILTIN_SCORER.card)
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--engine", type=Engine, choices=list(Engine), default=Engine.TORCH, help="what computes"
    )


def at_least(least: int) -> Callable[[str], int]:
    """The type of an option that is a whole number of ``least`` or more."""

    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is below {least}")
        return value

    return number


def checked_panel(spec: SourceSpec) -> Panel:
    """The panel of a source, after telling what cleaning left out. Raises DataSetError."""
    reading = read_source(spec)
    tell(reading.report.summary)
    return reading.required_panel


def write(text: str) -> None:
    """One result on standard output."""
    sys.stdout.write(f"{text}\n")


def tell(text: str) -> None:
    """Progress on standard error."""
    sys.stderr.write(f"{text}\n")
