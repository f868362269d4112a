"""``train``: fit a scorer and write weights and card."""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from ml.cli.options import add_panels, at_least, panels, tell, write
from ml.contracts.builtin import BUILTIN_SCORER
from ml.contracts.card import SCORE, SCORER_KINDS
from ml.contracts.config import TrainConfig
from ml.training.progress import Callbacks, Progress
from ml.training.run import Destination, train_and_ship


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("train", help=__doc__)
    add_panels(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and card")
    parser.add_argument("--version", default=BUILTIN_SCORER.name, help="name of the new version")
    parser.add_argument(
        "--kind", choices=SCORER_KINDS, default=SCORE, help="what it is for, as its card says"
    )
    parser.add_argument(
        "--backbones",
        nargs="+",
        metavar="NAME",
        help="frozen networks it looks through, all counting alike; those we ship by default",
    )
    parser.add_argument("--cache", type=Path, help="folder that keeps features between runs")
    parser.add_argument("--seed", type=at_least(0), default=TrainConfig().seed)
    parser.add_argument("--serve", metavar="PANEL", help="the crowd it speaks for; the first")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train on the panels and write where they are told."""
    data = panels(options)
    config = config_of(options, panel=options.serve or data[0].name)
    paths = train_and_ship(
        config,
        data,
        destination=Destination(
            folder=options.out,
            version=options.version,
            created_at=time.strftime("%Y-%m-%d", time.gmtime()),
            kind=options.kind,
        ),
        cache=options.cache,
        callbacks=Callbacks(on_progress=say),
    )
    write("\n".join(str(path) for path in paths))
    return 0


def config_of(options: argparse.Namespace, *, panel: str) -> TrainConfig:
    """With ``--seed`` and ``--backbones``, serving ``panel``."""
    config = replace(TrainConfig(), seed=options.seed, panel=panel)
    if not options.backbones:
        return config
    count = len(options.backbones)
    return replace(
        config, backbones=tuple(options.backbones), backbone_shares=(1.0 / count,) * count
    )


def say(progress: Progress) -> None:
    """Where the training stands, on standard error."""
    tell(f"{progress.step}: {progress.done} of {progress.total}")
