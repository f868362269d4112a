"""``evaluate``: measure a scorer on its held-out pictures."""

import argparse
import json
from pathlib import Path
from typing import Any

from ml.cli.options import add_model, add_panels, at_least, panels, tell, write
from ml.contracts.config import TrainConfig
from ml.evaluation.bootstrap import RESAMPLES
from ml.evaluation.judgement import Judgement
from ml.evaluation.page import render
from ml.evaluation.run import ask, evaluate
from ml.evaluation.summary import calibration_text, raters_text, reports_text
from ml.inference.scoring import load_scorer


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("evaluate", help=__doc__)
    add_panels(parser)
    add_model(parser)
    parser.add_argument("--out", type=Path, help="page to write, or a folder for report.html")
    parser.add_argument("--text", action="store_true", help="write text instead of JSON")
    parser.add_argument("--resamples", type=at_least(1), default=RESAMPLES, help="of each interval")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """One line of JSON for each panel, and the page when ``--out`` names it."""
    data = panels(options)
    scorer = load_scorer(
        options.weights, options.card, device=options.device, engine=options.engine
    )
    config = TrainConfig()
    found = []
    for panel in data:
        tell(f"judging the test pictures of {panel.name}")
        question = ask(panel, config, resamples=options.resamples)
        found.append(evaluate(scorer, question))
        write(_text(found[-1]) if options.text else json.dumps(found[-1].document()))
    if options.out is not None:
        _write_page(options.out, render(found, version=scorer.version))
    return 0


def _text(one: Judgement) -> str:
    parts = [
        one.panel,
        reports_text(one.reports),
        calibration_text(one.calibration),
        raters_text({"scorer": one.raters}),
    ]
    return "\n\n".join([*parts, ""])


def _write_page(out: Path, page: str) -> None:
    path = out if out.suffix == ".html" else out / "report.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    tell(str(path))
