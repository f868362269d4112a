"""Train a scorer: one head a panel on cached features, measured on pictures never seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.contracts.config import TrainConfig
from ml.data.samples import Panel
from ml.data.splits import Indices, Split, folds
from ml.evaluation.metrics import Array, conformal_half_width, mean_scores
from ml.layers.distribution_head import DistributionHead
from ml.models.lite import LITE0
from ml.models.registry import create
from ml.models.scorer import Scorer
from ml.training.checkpoint import round_heads
from ml.training.features import panel_features
from ml.training.head_fit import fit_head
from ml.training.panels import ReadyPanel, predict_rows, ready_panel

INTERVAL_LEVEL = 0.8


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: ``step`` in words, ``done`` of ``total`` within it."""

    step: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Callbacks:
    """How a run talks to its caller."""

    on_progress: Callable[[Progress], None]
    should_stop: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class TrainedScorer:
    """A finished run. ``half_widths``: half the 80 % interval of the crowd's mean, by panel."""

    network: Scorer
    panels: tuple[ReadyPanel, ...]
    half_widths: dict[str, float]


def train(
    config: TrainConfig, panels: Sequence[Panel], *, cache: Path | None, callbacks: Callbacks
) -> TrainedScorer:
    """Extract features, fit one head a panel on its training pictures, size the intervals.

    Only the training part of each split is used. Raises TrainingStoppedError.
    """
    network = build(config, panels=[panel.name for panel in panels])
    ready = gather(network, panels, config, cache=cache, callbacks=callbacks)
    half_widths: dict[str, float] = {}
    for own in ready:
        guessed = cross_predict(own, ready, _inner_folds(own, config), config, callbacks)
        seen = own.split.train
        residuals = mean_scores(guessed[seen]) - mean_scores(own.shares[seen])
        half_widths[own.name] = conformal_half_width(residuals, level=INTERVAL_LEVEL)
        fitted = fit_rows(own, ready, own.split.train, config, callbacks)
        network.heads[own.name].load_state_dict(fitted.state_dict())
    round_heads(network)
    return TrainedScorer(network=network, panels=ready, half_widths=half_widths)


def build(config: TrainConfig, *, panels: Sequence[str]) -> Scorer:
    """The untrained scorer that ``config`` describes, with its pretrained backbone."""
    network = create(
        config.architecture,
        pretrained=True,
        panels=list(panels),
        hidden=config.hidden,
        members=config.members,
        linear_share=config.linear_share,
    )
    if not isinstance(network, Scorer):
        raise TypeError(f"{config.architecture} is no scorer")
    return network


def gather(
    network: Scorer,
    panels: Sequence[Panel],
    config: TrainConfig,
    *,
    cache: Path | None,
    callbacks: Callbacks,
) -> tuple[ReadyPanel, ...]:
    """Features, votes and split of every panel."""
    ready: list[ReadyPanel] = []
    for panel in panels:
        step = f"features of {panel.name}"

        def told(done: int, total: int, step: str = step) -> None:
            callbacks.on_progress(Progress(step=step, done=done, total=total))

        features = panel_features(
            panel,
            network,
            side=config.input_side,
            identity=f"{config.architecture} {LITE0.sha256}",
            cache=cache,
            on_progress=told,
        )
        ready.append(ready_panel(panel, features, config))
    return tuple(ready)


def cross_predict(
    own: ReadyPanel,
    panels: Sequence[ReadyPanel],
    splits: Sequence[Split],
    config: TrainConfig,
    callbacks: Callbacks,
) -> Array:
    """Predict each fold by a head that never saw it. (n, 10); rows outside all folds are NaN."""
    guessed = np.full_like(own.shares, np.nan)
    for number, split in enumerate(splits):
        head = fit_rows(own, panels, split.train, config, callbacks)
        guessed[split.test] = predict_rows(head, own.features.upright[split.test])
        callbacks.on_progress(
            Progress(step=f"folds of {own.name}", done=number + 1, total=len(splits))
        )
    return guessed


def fit_rows(
    own: ReadyPanel,
    panels: Sequence[ReadyPanel],
    rows: Indices,
    config: TrainConfig,
    callbacks: Callbacks,
) -> DistributionHead:
    """A head for ``own`` from ``rows``, helped by the other panels' training pictures."""
    borrowed = [panel.votes(panel.split.train) for panel in panels if panel.name != own.name]
    return fit_head(own.votes(rows), borrowed, config, should_stop=callbacks.should_stop)


def _inner_folds(own: ReadyPanel, config: TrainConfig) -> tuple[Split, ...]:
    """Folds of the training part, in positions of the whole panel."""
    train = own.split.train
    inner = folds(len(train), seed=config.split_seed, parts=config.folds)
    return tuple(Split(train=train[part.train], test=train[part.test]) for part in inner)
