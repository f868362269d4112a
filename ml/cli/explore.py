"""``explore``: write an HTML report on a data set of votes, with or without its pictures."""

import argparse
import json
from pathlib import Path
from typing import Any

from ml.cli.options import add_source, at_least, source, tell, write
from ml.data.readers import read_source
from ml.explore.page import write_report


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("explore", help=__doc__)
    add_source(parser)
    parser.add_argument("--out", type=Path, default=Path("report.html"), help="the page to write")
    parser.add_argument("--cleaning", type=Path, help="also write the cleaning report, as JSON")
    parser.add_argument(
        "--limit", type=at_least(1), help="look at this many rows only, drawn evenly"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, tell what was cleaned, write the page."""
    reading = read_source(source(options), limit=options.limit)
    tell(reading.report.summary)
    if options.cleaning is not None:
        text = json.dumps(reading.report.as_json(), indent=2, ensure_ascii=False)
        options.cleaning.write_text(f"{text}\n", encoding="utf-8")
    write_report(reading, options.out)
    write(str(options.out))
    return 0
