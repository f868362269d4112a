"""Options of ``recognise`` that say what is learned from, and the reading of it."""

import argparse
from pathlib import Path

from ml.cli.options import at_least, tell
from ml.contracts.builtin import BUILTIN_RECOGNISER
from ml.data.labelled_folders import LabelledPictures, read_labelled
from ml.data.samples import DataSetError
from ml.training.progress import Callbacks, Progress
from ml.training.recogniser.material import Folders, Material, gather
from ml.training.recogniser.recipes import RecogniserConfig

DOMAIN = "musical instruments"
_TOLD_EVERY = 320


def add_folders(parser: argparse.ArgumentParser) -> None:
    """Class folders, and pictures of none of the classes."""
    parser.add_argument(
        "--data", type=Path, required=True,
        help="folder of class folders, or of train, valid and test that hold class folders",
    )  # fmt: skip
    parser.add_argument(
        "--none", type=Path, nargs="+", default=[], help="folders of pictures of no class"
    )
    parser.add_argument(
        "--leave-out", nargs="+", default=[], metavar="PATTERN",
        help="names of pictures or classes that are not read",
    )  # fmt: skip
    parser.add_argument(
        "--rename", nargs="+", default=[], metavar="FOLDER=CLASS", help="classes by their folders"
    )
    parser.add_argument("--split-seed", type=at_least(0), default=RecogniserConfig().split_seed)


def add_material(parser: argparse.ArgumentParser) -> None:
    """Folders, art, and what decides a run."""
    add_folders(parser)
    defaults = RecogniserConfig()
    parser.add_argument("--paintings", type=Path, help="folder of paintings without labels")
    parser.add_argument(
        "--unseen", nargs="+", default=[], metavar="PATTERN",
        help="names of paintings that nothing is learned from",
    )  # fmt: skip
    parser.add_argument(
        "--stylised", type=Path, nargs="+", default=[],
        help="folders that `style pairs` made of the pictures of `recognise parts`",
    )  # fmt: skip
    parser.add_argument("--cut-outs", type=Path, help="class folders of RGBA cut-outs to test with")
    parser.add_argument("--composites", type=at_least(0), default=60, help="to test on")
    parser.add_argument("--check-composites", type=at_least(0), default=40)
    parser.add_argument("--cache", type=Path, help="folder that keeps what was looked at")
    parser.add_argument("--backbone", default=defaults.backbone, help="the network that looks")
    parser.add_argument("--input-side", type=at_least(8), default=defaults.input_side)
    parser.add_argument("--epochs", type=at_least(1), default=defaults.epochs)
    parser.add_argument("--head-epochs", type=at_least(1), default=defaults.head_epochs)
    parser.add_argument("--small-epochs", type=at_least(1), default=defaults.small_epochs)
    parser.add_argument("--domain", default=DOMAIN, help="what the classes are, for the card")
    parser.add_argument("--version", default=BUILTIN_RECOGNISER.name, help="name of the version")


def labelled_data(options: argparse.Namespace) -> LabelledPictures:
    """What ``add_folders`` asked for. Raises DataSetError."""
    renamed = dict(pair.split("=", 1) for pair in options.rename if "=" in pair)
    if len(renamed) != len(options.rename):
        raise DataSetError("--rename takes pairs FOLDER=CLASS, each folder once")
    data = read_labelled(
        options.data, none=options.none, leave_out=options.leave_out, renamed=renamed
    )
    tell(data.cleaned.summary)
    return data


def material_of(options: argparse.Namespace) -> tuple[RecogniserConfig, Material]:
    """What ``add_material`` asked for, looked at. Raises DataSetError."""
    config = RecogniserConfig(
        backbone=options.backbone,
        input_side=options.input_side,
        epochs=options.epochs,
        head_epochs=options.head_epochs,
        small_epochs=options.small_epochs,
        split_seed=options.split_seed,
    )
    folders = Folders(
        options.paintings, tuple(options.unseen), tuple(options.stylised), options.cut_outs
    )
    counts = options.composites, options.check_composites
    material = gather(
        labelled_data(options), folders, config, composites=counts, cache=options.cache,
        callbacks=callbacks(),
    )  # fmt: skip
    return config, material


def callbacks() -> Callbacks[Progress]:
    """Tells how far a run is."""
    return Callbacks(on_progress=_say)


def _say(progress: Progress) -> None:
    if progress.done % _TOLD_EVERY == 0 or progress.done == progress.total:
        tell(f"{progress.step}: {progress.done} of {progress.total}")
