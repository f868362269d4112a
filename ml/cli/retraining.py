"""``retraining``: how often the gate errs, what a crowd's votes bring, what kills cost."""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ml.cli.options import add_panels, at_least, panels, tell
from ml.cli.sections import add_page, beside, write_sections
from ml.contracts.config import TrainConfig
from ml.contracts.retrain import Gate, RunRecipe
from ml.contracts.verdict import RunReport, read_report
from ml.data.samples import DataSetError, Panel
from ml.data.splits import Indices
from ml.evaluation.marked_section import Section
from ml.evaluation.metrics import Array, mean_scores
from ml.evaluation.promotion import Ground, crossed
from ml.evaluation.promotion_kills import Killed, kills
from ml.evaluation.promotion_page import (
    NOISE,
    POWER,
    SLICES,
    WORSE,
    noise_part,
    power_part,
    slices_part,
    worse_part,
)
from ml.evaluation.promotion_steps import Model, Step, parted, request_of, steps, write_run
from ml.evaluation.promotion_steps_page import KILLS, STEPS, kills_part, steps_part
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
from ml.training.run import Destination, train_and_ship

PARTS = (STEPS, NOISE, POWER, WORSE, SLICES, KILLS)
_CREATED_AT = "2026-11-21T00:00:00+00:00"
_FEW = 100  # resamples of a card that nobody reads
_KILLED_PICTURES = 90
_TINY: Mapping[str, object] = {
    "backbone": "tiny",
    "input_side": 32,
    "resize_side": 36,
    "batch": 16,
    "accumulate": 1,
    "head_epochs": 4,
    "all_epochs": 6,
    "all_rate": 1e-3,
    "cached_views": 4,
    "patience": 0,
}


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("retraining", help=__doc__)
    add_panels(parser)
    add_page(parser)
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
    parser.add_argument("--kills", type=at_least(1), default=10, help="runs that are killed")
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=PARTS, help="what to measure; all of it"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure on the first data set; print the tables, or write them where told."""
    data = panels(options)
    write_sections(options, _parts(options, data))
    return 0


def _parts(options: argparse.Namespace, data: list[Panel]) -> Iterator[Section]:
    plots = beside(options)
    yield from _tried(options, data[0], plots)
    if STEPS in options.parts:
        with TemporaryDirectory() as folder:
            yield steps_part(_steps(options, data, Path(folder)), plots=plots)
    if KILLS in options.parts:
        with TemporaryDirectory() as folder:
            yield kills_part(*_kills(options, data[0], Path(folder)))


def _tried(options: argparse.Namespace, panel: Panel, plots: str) -> Iterator[Section]:
    if not {NOISE, POWER, WORSE, SLICES} & set(options.parts):
        return
    ground = _ground(options, panel)
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


def _steps(options: argparse.Namespace, data: list[Panel], folder: Path) -> tuple[Step, ...]:
    """The first version knows the second data set alone; the votes of the first one arrive."""
    if len(data) < 2:
        raise DataSetError("name a second data set, for the version that serves before any vote")
    tell("the version before any vote")
    config = replace(_config(options, data[1]), resamples=_FEW)
    weights, card = train_and_ship(
        config,
        data[1:2],
        destination=Destination(folder, "v0", _CREATED_AT),
        cache=options.cache,
        callbacks=Callbacks(on_progress=_say),
    )

    def train(run: Path) -> RunReport:
        subprocess.run(_command(options, run), stdout=subprocess.DEVNULL, check=True)  # noqa: S603
        return read_report(run / "report.json")

    first = Model("v0", weights, card)
    crowd = parted(data[0])
    return steps(crowd, first, folder=folder, train=train, seed=options.seed, tell=tell)


def _kills(
    options: argparse.Namespace, panel: Panel, folder: Path
) -> tuple[int, tuple[Killed, ...]]:
    """A small network learns from a few pictures; there is no champion."""
    few = Panel.of(panel.name, panel.pictures[:_KILLED_PICTURES])
    request = request_of("tiny", RunRecipe.FINE_TUNE, seed=options.seed)
    votes = {picture.key: picture.counts for picture in few.pictures}
    write_run(folder / "run", parted(few), votes, replace(request, changes=_TINY))
    command = partial(_command, options)
    return kills(folder / "run", command, times=options.kills, seed=options.seed, tell=tell)


def _command(options: argparse.Namespace, run: Path) -> list[str]:
    cache = ["--cache", str(options.cache)]
    threads = ["--threads", str(options.threads)]
    return [sys.executable, "-m", "ml.cli", *threads, "retrain", str(run), *cache]


def _ground(options: argparse.Namespace, panel: Panel) -> Ground:
    """The first crowd alone, and heads of the shipped kind that learn from some of it."""
    config = _config(options, panel)
    network = build(config, panels=[panel])
    callbacks = Callbacks(on_progress=_say)
    (ready,) = gather(network, [panel], config, cache=options.cache, callbacks=callbacks)
    tell("looks of the pictures")
    votes = ready.votes(np.arange(len(ready.shares))).votes
    slices = slices_of(
        panel.pictures,
        mean_scores(ready.shares),
        votes,
        titles={},
        kept=options.cache / f"looks-{panel.name}.json",
    )

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


def _say(progress: Progress) -> None:
    if progress.done == progress.total:
        tell(f"{progress.step}: {progress.total}")
