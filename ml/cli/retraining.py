"""``retraining``: how often the gate errs, what a crowd's votes bring, what kills cost."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ml.cli.options import add_panels, at_least, panels, tell, write
from ml.contracts.config import TrainConfig
from ml.contracts.files import replace_file
from ml.contracts.retrain import Gate
from ml.data.samples import Panel
from ml.data.splits import Indices
from ml.evaluation.marked_section import put_into
from ml.evaluation.metrics import Array, mean_scores
from ml.evaluation.promotion import Ground, crossed
from ml.evaluation.promotion_page import (
    NOISE,
    PARTS,
    POWER,
    SLICES,
    WORSE,
    Part,
    noise_part,
    power_part,
    slices_part,
    worse_part,
)
from ml.evaluation.promotion_trials import (
    broken_trials,
    noise_trials,
    power_trials,
    worse_trials,
)
from ml.evaluation.slices import slices_of
from ml.training.kernel_fit import CrowdVotes, fit_kernel_head
from ml.training.loop import build, gather
from ml.training.panels import ReadyPanel, predict_rows
from ml.training.progress import Callbacks, Progress


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("retraining", help=__doc__)
    add_panels(parser)
    parser.add_argument("--into", type=Path, help="Markdown file whose marked section to replace")
    parser.add_argument("--plots", type=Path, help="folder for the plots, below that of --into")
    parser.add_argument("--cache", type=Path, required=True, help="keeps features and looks")
    parser.add_argument("--runs", type=at_least(1), default=100, help="trials of each kind")
    parser.add_argument("--seed", type=at_least(0), default=7)
    parser.add_argument(
        "--resamples",
        type=at_least(100),
        default=Gate().resamples,
        help="of the gate in the trials",
    )
    parser.add_argument(
        "--backbones", nargs="+", metavar="NAME", help="of the heads; those we ship by default"
    )
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=PARTS, help="what to measure; all of it"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure on the first data set; print the tables, or write them where told."""
    data = panels(options)
    for part in _parts(options, data):
        if options.plots is not None:
            for name, svg in part.plots.items():
                replace_file(options.plots / f"{name}.svg", svg.encode())
        if options.into is None:
            write(part.text)
        else:
            text = options.into.read_text(encoding="utf-8")
            replace_file(options.into, put_into(text, part.text).encode())
    return 0


def _parts(options: argparse.Namespace, data: list[Panel]) -> Iterator[Part]:
    plots = _beside(options)
    if not {NOISE, POWER, WORSE, SLICES} & set(options.parts):
        return
    ground = _ground(options, data[0])
    runs, seed = options.runs, options.seed
    whole = crossed(ground, share=1.0, seed=seed)
    if NOISE in options.parts:
        yield noise_part(noise_trials(ground, whole, runs=runs, seed=seed, tell=tell))
    if POWER in options.parts:
        done = power_trials(ground, whole, runs=runs, seed=seed, tell=tell)
        yield power_part(done, plots=plots)
    if WORSE in options.parts:
        yield worse_part(worse_trials(ground, whole, runs=runs, seed=seed, tell=tell))
    if SLICES in options.parts:
        yield slices_part(broken_trials(ground, whole, runs=runs, seed=seed, tell=tell))


def _ground(options: argparse.Namespace, panel: Panel) -> Ground:
    """The first crowd alone, and heads of the shipped kind that learn from some of it."""
    config = _config(options, panel)
    network = build(config, panels=[panel])
    callbacks = Callbacks(on_progress=_say)
    (ready,) = gather(network, [panel], config, cache=options.cache, callbacks=callbacks)
    tell("looks of the pictures")
    slices = slices_of(
        panel.pictures,
        mean_scores(ready.shares),
        titles={},
        kept=options.cache / f"looks-{panel.name}.json",
    )
    votes = ready.votes(np.arange(len(ready.shares))).votes

    def learn(rows: Indices, shares: Array) -> Array:
        return _learned(ready, rows, shares, config, network.widths)

    gate = Gate(resamples=options.resamples)
    return Ground(ready.shares, votes, slices, learn, gate)


def _learned(
    ready: ReadyPanel, rows: Indices, shares: Array, config: TrainConfig, widths: tuple[int, ...]
) -> Array:
    known = ready.votes(rows)
    crowd = CrowdVotes(known.upright, known.mirror, shares[rows], known.votes)
    head = fit_kernel_head([crowd], config, widths=widths)
    return predict_rows(head, ready.features.upright, crowd=0)


def _config(options: argparse.Namespace, panel: Panel) -> TrainConfig:
    if not options.backbones:
        return TrainConfig(panel=panel.name)
    count = len(options.backbones)
    return TrainConfig(
        panel=panel.name,
        backbones=tuple(options.backbones),
        backbone_shares=(1.0 / count,) * count,
    )


def _beside(options: argparse.Namespace) -> str:
    """The folder of the plots as the page names it; none where there is no such folder."""
    if options.plots is None or options.into is None:
        return ""
    plots, page = Path(options.plots).resolve(), Path(options.into).resolve()
    return plots.relative_to(page.parent).as_posix()


def _say(progress: Progress) -> None:
    if progress.done == progress.total:
        tell(f"{progress.step}: {progress.total}")
