"""``retrain``: make a challenger from the folder of a run and judge it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from ml.cli.recipes import environment
from ml.cli.stopping import stopping
from ml.contracts.retrain import RunExit, Said, SaidKind
from ml.inference.devices import open_device
from ml.inference.features import SHIPPED
from ml.training.challenger.machine import Machine
from ml.training.challenger.refusals import RunRefusedError, refusal_of
from ml.training.challenger.run import run_folder
from ml.training.challenger.telling import Speaker
from ml.training.ddp import World, joined
from ml.training.progress import TrainingStoppedError


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command. Several processes: ``torchrun --nproc-per-node 2 -m ml.cli retrain``."""
    parser = commands.add_parser("retrain", help=__doc__)
    parser.add_argument("folder", type=Path, help="see ml.contracts.retrain")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--cache", type=Path, help="folder that keeps features between runs")
    parser.add_argument(
        "--judges", nargs="+", default=list(SHIPPED), metavar="NAME",
        help="frozen networks whose features group and judge a generator's pictures",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Say one JSON object a line. Returns a ``RunExit``."""
    with stopping() as asked, joined(environment()) as world:
        speaker = Speaker(_say if world.writes else _keep_quiet, should_stop=asked.is_set)
        return _outcome(options, world, speaker)


def _outcome(options: argparse.Namespace, world: World, speaker: Speaker) -> RunExit:
    try:
        device = open_device(_device(options.device, world))
        machine = Machine(device, options.cache, world, judges=tuple(options.judges))
        run_folder(options.folder, machine=machine, speaker=speaker)
    except TrainingStoppedError as error:
        speaker.note(f"{error}")
        return RunExit.STOPPED
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        _say_refused(refusal)
        return RunExit.REFUSED
    return RunExit.DONE


def _device(name: str, world: World) -> str:
    """Each process of several has a GPU of its own."""
    return f"cuda:{world.rank}" if name == "cuda" and world.size > 1 else name


def _say(said: Said) -> None:
    sys.stdout.write(said.line())
    sys.stdout.flush()


def _say_refused(refusal: RunRefusedError) -> None:
    _say(Said(SaidKind.REFUSED, code=refusal.code.value, text=str(refusal)))


def _keep_quiet(_said: Said) -> None:
    """Of several processes only the first speaks."""
