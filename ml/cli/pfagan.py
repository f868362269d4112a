"""``pfagan``: teach a generator, measure it, ship it."""

import argparse
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch

from ml.cli.options import add_panels, at_least, panels, tell
from ml.cli.sections import add_page, beside, write_sections
from ml.cli.stopping import stopping
from ml.contracts.builtin import BUILTIN_GENERATOR, BUILTIN_PLAIN_GENERATOR
from ml.contracts.files import replace_file
from ml.contracts.generator_card import Conditioning
from ml.contracts.retrain import RunExit
from ml.data.squares import halves, read_squares
from ml.evaluation.generation import Ground
from ml.evaluation.generation_page import page_of, plots_of
from ml.evaluation.marked_section import Section
from ml.inference.devices import open_device
from ml.inference.features import SHIPPED, FrozenFeatures
from ml.models.pfagan.generator import SIZES
from ml.training.generator.card import Finished, ship, shipped_sources
from ml.training.generator.extremes import COUNTS, added_extremes
from ml.training.generator.extremes_page import extremes_page
from ml.training.generator.judges import fit_judges
from ml.training.generator.material import Grouping, Material, gather_material
from ml.training.generator.measure import LATENTS, Measured, ground_of, measure, named_sheets
from ml.training.generator.outcome import Outcome, open_outcome, read_outcome
from ml.training.generator.run import Budget, Watch, learn
from ml.training.generator.steps import GeneratorConfig
from ml.training.progress import Callbacks, Progress, TrainingStoppedError
from ml.training.resume import CheckpointError
from ml.training.run import Destination

ENDLESS = 10**9
WATCH_SIDE = 64
TITLES = {Conditioning.MIXED: "mixed-conditional norm", Conditioning.FILM: "FiLM"}
VERSIONS = {
    Conditioning.MIXED: BUILTIN_GENERATOR.name,
    Conditioning.FILM: BUILTIN_PLAIN_GENERATOR.name,
}
_TOLD_EVERY = 25


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser("pfagan", help=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    _add_train(actions)
    _add_report(actions)
    _add_experiment(actions)


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
    parser.add_argument(
        "--lessons", type=at_least(1), default=defaults.lessons,
        help="updates of the discriminator for each of the generator",
    )  # fmt: skip
    parser.add_argument(
        "--rates", nargs=2, type=float, default=list(defaults.rates),
        metavar=("GENERATOR", "DISCRIMINATOR"), help="how far an update goes",
    )  # fmt: skip
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
        "--backbones", nargs="+", default=list(SHIPPED), metavar="NAME",
        help="frozen networks whose features group and judge pictures",
    )  # fmt: skip
    parser.add_argument(
        "--categories", type=Grouping, choices=list(Grouping), default=Grouping.CLUSTERS,
        help="where categories come from",
    )  # fmt: skip


def material_of(
    options: argparse.Namespace, *, side: int, callbacks: Callbacks[Progress] | None = None
) -> Material:
    """Read what ``add_material`` asked for. Raises DataSetError."""
    squares = read_squares(panels(options), side=side)
    return gather_material(
        squares,
        halves(squares),
        grouping=options.categories,
        features=FrozenFeatures(backbones=options.backbones),
        cache=options.cache,
        callbacks=callbacks or Callbacks(on_progress=say),
    )


def _add_report(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser("report", help="measure both kinds, write page, plots, weights")
    add_material(parser)
    add_page(parser)
    for kind in Conditioning:
        parser.add_argument(
            f"--{kind}", type=Path, required=True, help=f"folder of a run conditioned by {kind}"
        )
    parser.add_argument("--out", type=Path, help="folder for weights and cards, none for neither")
    parser.add_argument("--latents", type=at_least(2), default=LATENTS, help="of each sheet")
    parser.set_defaults(run=run_report)


def _add_experiment(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser(
        "augment-experiment", help="teach a scorer with generated extremes, and say if it helped"
    )
    add_material(parser)
    add_page(parser)
    parser.add_argument("run_folder", metavar="FOLDER", type=Path, help="folder of a run")
    parser.add_argument("--counts", nargs="+", type=at_least(2), default=list(COUNTS))
    parser.set_defaults(run=run_experiment)


def run_train(options: argparse.Namespace) -> int:
    """Learn until the time is up, or until SIGTERM. What is in the folder is gone on with.

    Returns a ``RunExit``.
    """
    with stopping() as asked:
        try:
            tell(f"wrote {_learnt(options, Callbacks(say, asked.is_set))}")
        except TrainingStoppedError as error:
            tell(f"{error}")
            return RunExit.STOPPED
    return RunExit.DONE


def _learnt(options: argparse.Namespace, callbacks: Callbacks[Progress]) -> Path:
    material = material_of(options, side=options.size, callbacks=callbacks)
    config = GeneratorConfig(
        size=options.size,
        width=options.width,
        latent=options.latent,
        conditioning=options.conditioning,
        batch=options.batch,
        rates=(options.rates[0], options.rates[1]),
        lessons=options.lessons,
        r1=options.r1,
        bf16=options.bf16,
        seed=options.seed,
    )
    device = open_device(options.device)
    torch.backends.cudnn.benchmark = device.type == "cuda"
    return learn(
        options.into,
        material,
        config,
        budget=Budget(options.updates, options.minutes * 60, options.every),
        watch=Watch(FrozenFeatures(backbones=options.backbones[:1], side=WATCH_SIDE), material),
        device=device,
        callbacks=callbacks,
    )


def run_report(options: argparse.Namespace) -> int:
    """Measure both generators by the same judges. Returns 0."""
    outcomes = {kind: read_outcome(getattr(options, kind)) for kind in Conditioning}
    sides = {int(str(outcome.config["size"])) for outcome in outcomes.values()}
    if len(sides) != 1:
        raise CheckpointError("the two runs make pictures of different sizes")
    material = material_of(options, side=sides.pop())
    judges = fit_judges(material, FrozenFeatures(backbones=options.backbones))
    ground = ground_of(material, judges)
    done: list[Measured] = []
    for kind, outcome in outcomes.items():
        network = open_outcome(outcome, material)
        done.append(
            measure(
                outcome, network, material, judges, title=TITLES[kind], version=VERSIONS[kind],
                latents=options.latents, told=_tell_steps,
            )
        )  # fmt: skip
        if options.out is not None:
            figures, sources = done[-1].figures, shipped_sources(ground.data)
            weights = outcome.weights.read_bytes()
            _ship(
                Finished(outcome, network, material, figures, ground, weights, sources),
                Destination(options.out, VERSIONS[kind], time.strftime("%Y-%m-%d", time.gmtime())),
            )
    _write_page(options, ground, done, outcomes.values(), material)
    return 0


def _tell_steps(words: str, done: int, total: int) -> None:
    if done == total:
        tell(f"{words}: {total} samples")


def _ship(finished: Finished, destination: Destination) -> None:
    for path in ship(finished, destination=destination):
        tell(f"wrote {path}")


def run_experiment(options: argparse.Namespace) -> int:
    """Print or write the section. Returns 0."""
    outcome = read_outcome(options.run_folder)
    material = material_of(options, side=int(str(outcome.config["size"])))
    rows = added_extremes(
        open_outcome(outcome, material), material, FrozenFeatures(backbones=options.backbones),
        counts=options.counts, told=tell,
    )  # fmt: skip
    text = extremes_page(rows, learned=len(material.learned), held_out=len(material.judged))
    write_sections(options, [Section(text, {})])
    return 0


def _write_page(
    options: argparse.Namespace,
    ground: Ground,
    done: Sequence[Measured],
    outcomes: Iterable[Outcome],
    material: Material,
) -> None:
    learned = material.squares.pixels[material.learned]
    if options.plots is not None:
        for one in done:
            for name, content in named_sheets(one, learned).items():
                replace_file(options.plots / name, content)
    figures = [one.figures for one in done]
    curves = {one.title: out.curve for one, out in zip(figures, outcomes, strict=True)}
    plots = {} if options.plots is None else plots_of(figures, curves)
    write_sections(options, [Section(page_of(ground, figures, plots=beside(options)), plots)])


def say(progress: Progress) -> None:
    """Where it stands, now and then."""
    if progress.done % _TOLD_EVERY == 0 or progress.done == progress.total:
        tell(f"{progress.step}: {progress.done}")
