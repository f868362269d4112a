"""``taste``: what a person's own head is worth, on single votes of known raters."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ml.cli.options import add_model, add_panels, at_least, panels, tell
from ml.cli.sections import add_page, beside, write_sections
from ml.contracts.config import TrainConfig
from ml.data.samples import Panel
from ml.data.splits import Split
from ml.evaluation.crowd_votes import recorded
from ml.evaluation.marked_section import Section
from ml.evaluation.metrics import Array, mean_scores
from ml.evaluation.taste_page import PLOT, page_of, plot_of
from ml.evaluation.taste_study import AT, Gained, Person, badges, gains, people_of, variants
from ml.inference.embedding import placed
from ml.inference.frozen import run_frozen
from ml.inference.scoring import open_scorer
from ml.models.scorer import Scorer
from ml.models.weights import WeightsError
from ml.taste.head import STANDARD
from ml.training.loop import build, cross_predict, gather, picture_folds, subject_folds
from ml.training.panels import ReadyPanel
from ml.training.progress import Callbacks

UNSEEN = "of subjects that the crowd's scorer never met"
KNOWN = "of subjects that it knows"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("taste", help=__doc__)
    add_panels(parser)
    add_model(parser)
    add_page(parser)
    parser.add_argument("--cache", type=Path, help="folder that keeps features between runs")
    parser.add_argument("--runs", type=at_least(1), default=2, help="draws of each person's picks")
    parser.add_argument("--seed", type=at_least(0), default=20)
    parser.add_argument("--at", nargs="+", type=at_least(2), default=AT, help="numbers of picks")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure on the first data set; print the section, or write it where told."""
    data = panels(options)
    network, card = open_scorer(options.weights, options.card)
    if not isinstance(network, Scorer):
        raise WeightsError(f"{card.version} judges without comparing pictures")
    config = _config(network, data[0].name, side=card.input_side)
    ready = gather(build(config, panels=data), data, config, cache=options.cache,
                   callbacks=Callbacks())  # fmt: skip
    vectors = _vectors(network, network.panels.index(card.panel), ready[0])
    scores = _crowd(network, data[0], ready, config)
    people = {
        name: people_of(recorded(data[0]), vectors=vectors, crowd=crowd)
        for name, crowd in scores.items()
    }
    _write(options, people)
    return 0


def _write(options: argparse.Namespace, people: dict[str, list[Person]]) -> None:
    """Figures are of every second rater; the others chose the settings."""
    judged = {name: _gains(options, each[1::2]) for name, each in people.items()}
    first = next(iter(people.values()))
    shown = badges(first[1::2], seed=options.seed, tell=tell)
    settings = {
        name: gains(first[::2], settings=each, runs=1, seed=options.seed, tell=tell,
                    at=options.at)
        for name, each in variants(STANDARD).items()
    }  # fmt: skip
    plots = {} if options.plots is None else {PLOT: plot_of(next(iter(judged.values())))}
    text = page_of(judged, shown, settings, plots=beside(options))
    write_sections(options, [Section(text, plots)])


def _gains(options: argparse.Namespace, people: list[Person]) -> list[Gained]:
    return gains(
        people, settings=STANDARD, runs=options.runs, seed=options.seed, tell=tell, at=options.at
    )


def _config(network: Scorer, panel: str, *, side: int) -> TrainConfig:
    """Heads like the shipped one, on its backbones."""
    names = tuple(str(each.name) for each in network.backbones)
    standard = TrainConfig(panel=panel)
    shares = standard.backbone_shares
    if names != standard.backbones:
        shares = (1.0 / len(names),) * len(names)
    return TrainConfig(panel=panel, backbones=names, backbone_shares=shares, input_side=side)


def _vectors(network: Scorer, panel: int, ready: ReadyPanel) -> Array:
    """(pictures, rank), rounded as the product keeps them."""
    features = torch.from_numpy(ready.features.upright)
    found = run_frozen(lambda rows: placed(network, rows, panel), features)
    vectors: Array = found.numpy().astype(np.float16).astype(np.float64)
    return vectors


def _crowd(
    network: Scorer, panel: Panel, ready: tuple[ReadyPanel, ...], config: TrainConfig
) -> dict[str, Array]:
    """Scores by heads that never saw a picture or, where subjects are known, its subject."""
    everyone = np.arange(len(panel.pictures))
    folds: dict[str, tuple[Split, ...]] = {
        UNSEEN: subject_folds(panel, everyone, config),
        KNOWN: picture_folds(panel, everyone, config),
    }
    return {
        name: mean_scores(cross_predict(0, ready, network, splits, config, Callbacks()))
        for name, splits in folds.items()
        if splits
    }
