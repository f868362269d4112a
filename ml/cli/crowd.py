"""``crowd``: what the rater model and asking well are worth, on recorded and made-up votes."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ml.cli.options import add_panels, at_least, panels, tell
from ml.cli.sections import add_page, beside, write_sections
from ml.contracts.config import TrainConfig
from ml.data.samples import Panel
from ml.evaluation.crowd_facts import facts_of
from ml.evaluation.crowd_page import (
    FACTS,
    PARTS,
    REPLAY,
    SIMULATION,
    facts_part,
    replay_part,
    simulation_part,
)
from ml.evaluation.crowd_study import replays, simulations
from ml.evaluation.crowd_votes import Expected, expected_of, recorded
from ml.evaluation.marked_section import Section
from ml.evaluation.metrics import mean_scores, spreads
from ml.raters.model import fit
from ml.training.loop import build, cross_predict, gather, picture_folds, subject_folds
from ml.training.progress import Callbacks, Progress

KNOWN, UNSEEN = "subjects it knows", "subjects it never met"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("crowd", help=__doc__)
    add_panels(parser)
    add_page(parser)
    parser.add_argument("--cache", type=Path, help="folder that keeps features between runs")
    parser.add_argument("--runs", type=at_least(1), default=3, help="of everything random")
    parser.add_argument("--seed", type=at_least(0), default=6)
    parser.add_argument(
        "--backbones", nargs="+", metavar="NAME", help="of the scorer; those we ship by default"
    )
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
    votes, plots = recorded(data[0]), beside(options)
    runs, seed = options.runs, options.seed
    if FACTS in options.parts:
        yield facts_part(facts_of(votes, fit(votes.ballot()), seed=seed), plots=plots)
    if REPLAY in options.parts:
        priors = _priors(options, data)
        yield replay_part(replays(votes, priors, runs=runs, seed=seed, tell=tell), plots=plots)
    if SIMULATION in options.parts:
        yield simulation_part(simulations(votes, runs=runs, seed=seed, tell=tell))


def _priors(options: argparse.Namespace, data: list[Panel]) -> Mapping[str, Expected]:
    """What heads expect that never saw a picture or, where subjects are known, its subject."""
    config = _config(options, data)
    callbacks = Callbacks(on_progress=_say)
    network = build(config, panels=data)
    ready = gather(network, data, config, cache=options.cache, callbacks=callbacks)
    everyone = np.arange(len(ready[0].shares))
    folds = {
        UNSEEN: subject_folds(data[0], everyone, config),
        KNOWN: picture_folds(data[0], everyone, config),
    }
    found = {}
    for name, splits in folds.items():
        if splits:
            tell(f"out-of-fold scorer, {name}")
            shares = cross_predict(0, ready, network, splits, config, callbacks)
            found[name] = expected_of(mean_scores(shares), spreads(shares), recorded(data[0]))
    return found


def _config(options: argparse.Namespace, data: list[Panel]) -> TrainConfig:
    if not options.backbones:
        return TrainConfig(panel=data[0].name)
    count = len(options.backbones)
    return TrainConfig(
        panel=data[0].name,
        backbones=tuple(options.backbones),
        backbone_shares=(1.0 / count,) * count,
    )


def _say(progress: Progress) -> None:
    if progress.done == progress.total:
        tell(f"{progress.step}: {progress.total}")
