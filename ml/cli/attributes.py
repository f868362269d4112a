"""``attributes``: learn attribute heads from labelled pictures and write weights and card."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml.cli.options import add_panels, at_least, panels, tell, write
from ml.contracts.attributes import KEY_PATTERN
from ml.contracts.builtin import BUILTIN_ATTRIBUTES
from ml.data.samples import DataSetError
from ml.models.attribute_mapper import HeadSpec
from ml.training.attribute_config import AttributeConfig
from ml.training.attribute_labels import known_specs
from ml.training.attribute_run import learn_and_ship
from ml.training.progress import Callbacks, Progress
from ml.training.run import Destination


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("attributes", help=__doc__)
    add_panels(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and card")
    parser.add_argument("--version", default=BUILTIN_ATTRIBUTES.name, help="name of the version")
    parser.add_argument("--cache", type=Path, help="folder that keeps features between runs")
    parser.add_argument(
        "--head",
        nargs="+",
        action="append",
        default=[],
        metavar=("KEY", "LOW HIGH"),
        help="learn these heads only; an attribute of your own needs the ends of its scale",
    )
    defaults = AttributeConfig()
    parser.add_argument("--backbone", default=defaults.backbone, help="the network that looks")
    parser.add_argument("--sides", nargs="+", type=at_least(1), default=list(defaults.sides))
    parser.add_argument("--repeats", type=at_least(1), default=defaults.repeats)
    parser.add_argument("--resamples", type=at_least(1), default=defaults.resamples)
    parser.add_argument("--seed", type=at_least(0), default=defaults.seed)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Learn from the panels and write where they are told."""
    config = AttributeConfig(
        backbone=options.backbone,
        sides=tuple(options.sides),
        repeats=options.repeats,
        resamples=options.resamples,
        seed=options.seed,
    )
    asked = [_head(words) for words in options.head]
    paths = learn_and_ship(
        config,
        panels(options),
        asked=asked,
        destination=Destination(
            folder=options.out,
            version=options.version,
            created_at=time.strftime("%Y-%m-%d", time.gmtime()),
        ),
        cache=options.cache,
        callbacks=Callbacks(on_progress=_say),
    )
    write("\n".join(str(path) for path in paths))
    return 0


def _head(words: Sequence[str]) -> HeadSpec:
    """KEY of a known attribute, or KEY LOW HIGH of any. Raises DataSetError."""
    key, ends = words[0], words[1:]
    if not KEY_PATTERN.fullmatch(key):
        raise DataSetError(f"{key!r} is no key: small letters, digits and _")
    if not ends:
        known = known_specs()
        if key not in known:
            raise DataSetError(f"{key} is no built-in attribute: say the ends of its scale")
        return known[key]
    try:
        low, high = (float(end) for end in ends)
        return HeadSpec(key, low, high)
    except ValueError as error:
        raise DataSetError(f"{key} needs the two ends of its scale: {error}") from error


def _say(progress: Progress) -> None:
    tell(f"{progress.step}: {progress.done} of {progress.total}")
