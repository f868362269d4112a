"""``measured``: compare the measured attributes with what raters said of the same pictures."""

import argparse
from pathlib import Path
from typing import Any

from ml.cli.options import at_least, checked_panel, tell, write
from ml.contracts.files import replace_file
from ml.data.spec import parse_spec
from ml.evaluation.bootstrap import RESAMPLES
from ml.evaluation.marked_section import put_into
from ml.evaluation.measured_evidence import evidence, section


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("measured", help=__doc__)
    parser.add_argument(
        "--data", required=True, metavar="KIND=PATH", help="pictures with AADB's attributes"
    )
    parser.add_argument("--into", type=Path, help="Markdown file whose marked section to replace")
    parser.add_argument("--resamples", type=at_least(1), default=RESAMPLES, help="of each interval")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the table, or put it between the marks of a file."""
    panel = checked_panel(parse_spec(options.data))
    tell(f"measuring {len(panel.pictures):,} pictures")
    rows = evidence(panel, resamples=options.resamples)
    labelled = max(row.n for row in rows)
    written = section(rows, source=f"AADB's attributes on {labelled} pictures of {panel.name}")
    if options.into is None:
        write(written)
    else:
        text = options.into.read_text(encoding="utf-8")
        replace_file(options.into, put_into(text, written).encode())
    return 0
