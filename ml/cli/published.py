"""``published``: judge predictions that others published, with our own metric code."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ml.cli.options import at_least, tell, write
from ml.contracts.config import EvalReport
from ml.data.readers import read_labels
from ml.data.spec import parse_spec
from ml.evaluation.baselines import constant_histogram, second_panel
from ml.evaluation.bootstrap import RESAMPLES
from ml.evaluation.checks import as_shares
from ml.evaluation.equivalent_raters import EquivalentRaters, equivalent_raters
from ml.evaluation.metrics import Array, mean_scores
from ml.evaluation.predictions import Matched, read_predictions
from ml.evaluation.report import report
from ml.evaluation.summary import raters_text, reports_text
from ml.evaluation.votes import pool_of_counts

_SEED = 42
_RATER_RESAMPLES = 100


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("published", help=__doc__)
    parser.add_argument("labels", metavar="KIND=PATH", help="labels, as in ava=AVA.txt")
    parser.add_argument("predictions", type=Path, help=".npz with image_id and (n, k) arrays")
    parser.add_argument("--resamples", type=at_least(1), default=RESAMPLES, help="of each interval")
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Every model beside the constant histogram and the ceiling that the votes set."""
    table = read_labels(parse_spec(options.labels)).table
    matched = read_predictions(options.predictions, keys=[row.key for row in table.rows])
    counts = table.counts()
    tell(f"{len(matched.rows):,} pictures matched, {matched.unmatched:,} predictions without votes")
    reports = _reports(counts, matched, resamples=options.resamples)
    raters = _raters(counts[list(matched.rows)], matched)
    if options.json:
        write(json.dumps(_document(reports, raters), indent=2))
    else:
        write(f"{reports_text(reports)}\n\n{raters_text(raters)}")
    return 0


def _reports(counts: Array, matched: Matched, *, resamples: int) -> dict[str, EvalReport]:
    rows = list(matched.rows)
    actual = as_shares(counts[rows])
    guesses = {model.name: model.shares for model in matched.models}
    guesses["constant histogram"] = constant_histogram(_others(counts, rows), rows=len(rows))
    guesses["second panel (ceiling)"] = second_panel(counts[rows].tolist(), seed=_SEED)
    reports = {}
    for name, shares in guesses.items():
        tell(f"judging {name}")
        reports[name] = report(shares, actual, resamples=resamples)
    return reports


def _others(counts: Array, rows: Sequence[int]) -> Array:
    """Votes on pictures that are not judged; of all, where none is left."""
    rest = np.delete(counts, rows, axis=0)
    return as_shares(rest if len(rest) else counts)


def _raters(counts: Array, matched: Matched) -> dict[str, EquivalentRaters]:
    pool = pool_of_counts(counts)
    tell("drawing panels of voters")
    return {
        model.name: equivalent_raters(
            pool, mean_scores(model.shares), seed=_SEED, resamples=_RATER_RESAMPLES
        )
        for model in matched.models
    }


def _document(
    reports: dict[str, EvalReport], raters: dict[str, EquivalentRaters]
) -> dict[str, object]:
    return {
        "reports": {name: asdict(item) for name, item in reports.items()},
        "equivalent_raters": {name: asdict(item) for name, item in raters.items()},
    }
