"""``cropper``: learn to rank crops from well-composed pictures; write weights and card."""

import argparse
import time
from pathlib import Path
from typing import Any

from ml.cli.options import add_panels, at_least, panels, tell, write
from ml.contracts.builtin import BUILTIN_ATTRIBUTES, BUILTIN_CROPPER
from ml.evaluation.cropping_pictures import crop_pictures
from ml.training.crop_fit import CropConfig
from ml.training.crop_run import learn_and_ship_cropper
from ml.training.progress import Callbacks, Progress
from ml.training.run import Destination

_TOLD_EVERY = 50


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("cropper", help=__doc__)
    add_panels(parser)
    parser.add_argument("--paintings", type=Path, help="folder of paintings to learn from too")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and card")
    parser.add_argument("--version", default=BUILTIN_CROPPER.name, help="name of the version")
    parser.add_argument(
        "--attributes",
        type=Path,
        default=BUILTIN_ATTRIBUTES.weights,
        help="weights of the attribute model whose AesAM is the energy, its card beside them",
    )
    parser.add_argument("--cache", type=Path, help="folder that keeps what was looked at")
    defaults = CropConfig()
    parser.add_argument("--backbone", default=defaults.backbone, help="the network that looks")
    parser.add_argument(
        "--stages", nargs="+", type=at_least(0), default=list(defaults.stages), help="its maps"
    )
    parser.add_argument("--input-side", type=at_least(8), default=defaults.input_side)
    parser.add_argument("--map-side", type=at_least(2), default=defaults.side)
    parser.add_argument("--epochs", type=at_least(1), default=defaults.epochs)
    parser.add_argument("--seed", type=at_least(0), default=defaults.seed)
    parser.add_argument(
        "--rival",
        type=at_least(1),
        metavar="EPOCHS",
        help="also teach the head of GAIC and the view head for that long, to compare them",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Learn, and write where told."""
    config = CropConfig(
        backbone=options.backbone,
        stages=tuple(options.stages),
        input_side=options.input_side,
        side=options.map_side,
        epochs=options.epochs,
        seed=options.seed,
    )
    paths = learn_and_ship_cropper(
        config,
        crop_pictures(panels(options), options.paintings),
        destination=Destination(
            folder=options.out,
            version=options.version,
            created_at=time.strftime("%Y-%m-%d", time.gmtime()),
        ),
        attributes=options.attributes,
        rival_epochs=options.rival,
        cache=options.cache,
        callbacks=Callbacks(on_progress=_say),
    )
    write("\n".join(str(path) for path in paths))
    return 0


def _say(progress: Progress) -> None:
    if progress.done % _TOLD_EVERY == 0 or progress.done == progress.total:
        tell(f"{progress.step}: {progress.done} of {progress.total}")
