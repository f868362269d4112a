"""``pfagan``: teach a generator, measure it, ship it."""

import argparse
from pathlib import Path
from typing import Any

import torch

from ml.cli.options import add_panels, at_least, panels, tell
from ml.contracts.generator_card import Conditioning
from ml.inference.devices import open_device
from ml.inference.features import FrozenFeatures
from ml.models.pfagan.generator import SIZES
from ml.training.generator.material import Grouping, Material, gather_material
from ml.training.generator.run import Budget, Watch, learn
from ml.training.generator.steps import GeneratorConfig
from ml.training.progress import Callbacks, Progress

ENDLESS = 10**9
WATCH_SIDE = 64
_TOLD_EVERY = 25


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser("pfagan", help=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    _add_train(actions)


def _add_train(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser("train", help="learn in a folder, or go on there")
    add_material(parser)
    defaults = GeneratorConfig()
    parser.add_argument("--into", type=Path, required=True, help="folder of the run")
    parser.add_argument("--size", type=int, choices=SIZES, default=defaults.size)
    parser.add_argument(
        "--conditioning", type=Conditioning, choices=list(Conditioning),
        default=defaults.conditioning,
    )  # fmt: skip
    parser.add_argument("--minutes", type=float, default=25.0, help="of learning, in all")
    parser.add_argument("--updates", type=at_least(1), default=ENDLESS, help="at most")
    parser.add_argument("--every", type=at_least(1), default=250, help="updates between points")
    parser.add_argument("--width", type=at_least(1), default=defaults.width)
    parser.add_argument("--latent", type=at_least(1), default=defaults.latent)
    parser.add_argument("--batch", type=at_least(2), default=defaults.batch)
    parser.add_argument("--r1", type=float, default=defaults.r1, help="weight of the penalty")
    parser.add_argument("--seed", type=at_least(0), default=defaults.seed)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bf16", action="store_true", help="half precision, on CUDA")
    parser.set_defaults(run=run_train)


def add_material(parser: argparse.ArgumentParser) -> None:
    """What generators and judges learn from."""
    add_panels(parser)
    parser.add_argument("--cache", type=Path, help="folder that keeps features between runs")
    parser.add_argument(
        "--categories", type=Grouping, choices=list(Grouping), default=Grouping.CLUSTERS,
        help="where categories come from",
    )  # fmt: skip


def material_of(options: argparse.Namespace, *, side: int) -> Material:
    """Read what ``add_material`` asked for. Raises DataSetError."""
    return gather_material(
        panels(options),
        side=side,
        grouping=options.categories,
        features=FrozenFeatures(),
        cache=options.cache,
        callbacks=Callbacks(on_progress=say),
    )


def run_train(options: argparse.Namespace) -> int:
    """Learn until the time is up. What is in the folder already is gone on with."""
    material = material_of(options, side=options.size)
    config = GeneratorConfig(
        size=options.size,
        width=options.width,
        latent=options.latent,
        conditioning=options.conditioning,
        batch=options.batch,
        r1=options.r1,
        bf16=options.bf16,
        seed=options.seed,
    )
    device = open_device(options.device)
    torch.backends.cudnn.benchmark = device.type == "cuda"
    path = learn(
        options.into,
        material,
        config,
        budget=Budget(options.updates, options.minutes * 60, options.every),
        watch=Watch(FrozenFeatures(backbones=("lite0",), side=WATCH_SIDE), material),
        device=device,
        callbacks=Callbacks(on_progress=say),
    )
    tell(f"wrote {path}")
    return 0


def say(progress: Progress) -> None:
    """Where it stands, now and then."""
    if progress.done % _TOLD_EVERY == 0 or progress.done == progress.total:
        tell(f"{progress.step}: {progress.done}")
