"""``coach``: measure what the coach is worth, and write its page."""

import argparse
from pathlib import Path
from typing import Any

from ml.cli.options import add_model, add_panels, at_least, panels, tell
from ml.coach.coach import Coach, load_coach
from ml.coach.trust import card_with, read_trust
from ml.contracts.builtin import WEIGHTS_FOLDER
from ml.contracts.config import TrainConfig
from ml.contracts.files import replace_file
from ml.data.samples import Panel
from ml.evaluation.coaching import Outcome, Subject, measured_trust, outcomes, subjects
from ml.evaluation.coaching_page import section
from ml.evaluation.coaching_sheets import sheets
from ml.evaluation.marked_section import put_into

_SECOND = WEIGHTS_FOLDER / "second-v1.safetensors"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("coach", help=__doc__)
    add_panels(parser)
    add_model(parser)
    parser.add_argument("--second-weights", type=Path, default=_SECOND)
    parser.add_argument("--second-card", type=Path, default=_SECOND.with_suffix(".json"))
    parser.add_argument("--pictures", type=at_least(2), default=200, help="held-out pictures")
    parser.add_argument(
        "--calibrate",
        type=at_least(0),
        default=60,
        help="training pictures that size the intervals, written into the second card; 0: none",
    )
    parser.add_argument("--seed", type=at_least(0), default=7)
    parser.add_argument("--cache", type=Path, help="folder that keeps what was done")
    parser.add_argument("--into", type=Path, help="Markdown file whose marked section to replace")
    parser.add_argument("--images", type=Path, help="folder for the sheets of before and after")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Calibrate on training pictures, measure on held-out ones, write where told."""
    data = panels(options)
    coach = _coach(options)
    if options.calibrate:
        _, seen = _coached(coach, data, options, test=False)
        trust = measured_trust(seen, scorer=coach.digest)
        replace_file(options.second_card, card_with(options.second_card, trust))
    chosen, done = _coached(coach, data, options, test=True)
    trusted = read_trust(options.second_card, scorer=coach.digest)
    written = section(done, trust=trusted)
    if options.into is None:
        tell(written)
    else:
        replace_file(options.into, put_into(options.into.read_text("utf-8"), written).encode())
    if options.images is not None:
        for name, content in sheets(chosen, done, seed=options.seed).items():
            replace_file(options.images / name, content)
    return 0


def _coach(options: argparse.Namespace) -> Coach:
    return load_coach(
        options.weights,
        options.card,
        options.second_weights,
        options.second_card,
        device=options.device,
        engine=options.engine,
    )


def _coached(
    coach: Coach, data: list[Panel], options: argparse.Namespace, *, test: bool
) -> tuple[tuple[Subject, ...], tuple[Outcome, ...]]:
    """Pictures of the test or of the training parts, and what became of them."""
    config = TrainConfig()
    chosen = subjects(
        data,
        count=options.pictures if test else options.calibrate,
        test=test,
        split_seed=config.split_seed,
        share=config.test_share,
        seed=options.seed,
    )
    what = "held-out" if test else "training"
    done = outcomes(
        coach,
        chosen,
        cache=options.cache,
        seed=options.seed,
        on_progress=lambda at, total: tell(f"{what} pictures: {at} of {total}"),
    )
    return chosen, done
