"""Train a scorer: one head for all panels on cached features, measured on pictures never seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.contracts.config import TrainConfig
from ml.data.samples import Panel
from ml.data.splits import Indices, Split, grouped_folds, picture_groups
from ml.evaluation.metrics import Array, conformal_half_width, mean_scores, spreads
from ml.layers.kernel_head import KernelHead
from ml.models.registry import create
from ml.models.scorer import Scorer
from ml.models.scoring_network import UnknownPanelError
from ml.training.checkpoint import round_head
from ml.training.features import panel_features
from ml.training.kernel_fit import fit_kernel_head
from ml.training.panels import ReadyPanel, predict_rows, ready_panel
from ml.training.progress import Callbacks, Progress, TrainingStoppedError

INTERVAL_LEVEL = 0.8
REFERENCE_POINTS = 101


@dataclass(frozen=True, slots=True)
class TrainedScorer:
    """A finished run, by panel.

    ``widths``: half the 80 % interval of the crowd's mean, for each point of predicted spread.
    ``references``: 101 quantiles of the means expected for training pictures by heads that never
    saw them.
    """

    network: Scorer
    panels: tuple[ReadyPanel, ...]
    widths: dict[str, float]
    references: dict[str, Array]


def train(
    config: TrainConfig,
    panels: Sequence[Panel],
    *,
    cache: Path | None,
    callbacks: Callbacks[Progress],
) -> TrainedScorer:
    """Extract features, fit one head to all training pictures, size the intervals.

    Only the training part of each split is used. Raises TrainingStoppedError, UnknownPanelError
    when the panel to serve is not among them, and what ``held_out`` raises.
    """
    if config.panel not in (names := [panel.name for panel in panels]):
        raise UnknownPanelError(f"no panel {config.panel} to serve; there are {', '.join(names)}")
    network = build(config, panels=panels)
    ready = gather(network, panels, config, cache=cache, callbacks=callbacks)
    widths: dict[str, float] = {}
    references: dict[str, Array] = {}
    for crowd, own in enumerate(ready):
        seen = own.split.train
        guessed = [
            cross_predict(crowd, ready, network, splits, config, callbacks)[seen]
            for splits in _inner_folds(own, config)
        ]
        errors = [_scaled_errors(rows, own.shares[seen]) for rows in guessed]
        widths[own.name] = conformal_half_width(np.concatenate(errors), level=INTERVAL_LEVEL)
        points = np.linspace(0, 1, REFERENCE_POINTS)
        references[own.name] = np.quantile(mean_scores(guessed[0]), points)
    network.head = fit_kernel_head(
        [own.votes(own.split.train) for own in ready], config, widths=network.widths
    )
    round_head(network.head)
    return TrainedScorer(network=network, panels=ready, widths=widths, references=references)


def build(config: TrainConfig, *, panels: Sequence[Panel]) -> Scorer:
    """The untrained scorer that ``config`` describes, with its pretrained backbones."""
    network = create(
        config.architecture,
        pretrained=True,
        backbones=config.backbones,
        panels=[panel.name for panel in panels],
        rank=config.rank,
        support=1,
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
    callbacks: Callbacks[Progress],
) -> tuple[ReadyPanel, ...]:
    """Features, votes and split of every panel."""
    ready: list[ReadyPanel] = []
    for panel in panels:
        step = f"features of {panel.name}"

        def told(done: int, total: int, step: str = step) -> None:
            if callbacks.should_stop():
                raise TrainingStoppedError("training was stopped")
            callbacks.on_progress(Progress(step=step, done=done, total=total))

        features = panel_features(
            panel, network, side=config.input_side, cache=cache, on_progress=told
        )
        ready.append(ready_panel(panel, features, config))
    return tuple(ready)


def cross_predict(
    crowd: int,
    panels: Sequence[ReadyPanel],
    network: Scorer,
    splits: Sequence[Split],
    config: TrainConfig,
    callbacks: Callbacks[Progress],
) -> Array:
    """Predict each fold of panel number ``crowd`` by a head that never saw it.

    The other panels lend their training pictures. (n, 10); rows outside all folds are NaN.
    """
    own = panels[crowd]
    guessed = np.full_like(own.shares, np.nan)
    for number, split in enumerate(splits):
        if callbacks.should_stop():
            raise TrainingStoppedError("training was stopped")
        head = _fit_without(crowd, panels, split.train, network, config)
        guessed[split.test] = predict_rows(head, own.features.upright[split.test], crowd=crowd)
        callbacks.on_progress(
            Progress(step=f"folds of {own.name}", done=number + 1, total=len(splits))
        )
    return guessed


def _fit_without(
    crowd: int, panels: Sequence[ReadyPanel], rows: Indices, network: Scorer, config: TrainConfig
) -> KernelHead:
    """A head from ``rows`` of one panel and the training pictures of the others."""
    known = [
        panel.votes(rows if number == crowd else panel.split.train)
        for number, panel in enumerate(panels)
    ]
    return fit_kernel_head(known, config, widths=network.widths)


def picture_folds(panel: Panel, rows: Indices, config: TrainConfig) -> tuple[Split, ...]:
    """Folds of ``rows`` that keep near-duplicates on one side. Raises TooFewPicturesError."""
    groups = picture_groups(panel, by_subject=False)[rows]
    return _of_rows(grouped_folds(groups, seed=config.split_seed, parts=config.folds), rows)


def subject_folds(panel: Panel, rows: Indices, config: TrainConfig) -> tuple[Split, ...]:
    """Folds of ``rows`` that keep every subject on one side; none where subjects are too few."""
    groups = picture_groups(panel)[rows]
    known = any(picture.group for picture in panel.pictures)
    if not known or not config.folds <= len(np.unique(groups)) < len(groups):
        return ()
    return _of_rows(grouped_folds(groups, seed=config.split_seed, parts=config.folds), rows)


def _inner_folds(own: ReadyPanel, config: TrainConfig) -> list[tuple[Split, ...]]:
    """Ways to cut the training part: by picture, and by subject where subjects are known.

    Errors on subjects never met are larger. What people bring is of both kinds, so an interval is
    sized on both.
    """
    by_picture = picture_folds(own.panel, own.split.train, config)
    by_subject = subject_folds(own.panel, own.split.train, config)
    return [by_picture, by_subject] if by_subject else [by_picture]


def _of_rows(parts: Sequence[Split], rows: Indices) -> tuple[Split, ...]:
    """Folds of the positions in ``rows`` as positions of the whole panel."""
    return tuple(Split(train=rows[part.train], test=rows[part.test]) for part in parts)


def _scaled_errors(guessed: Array, voted: Array) -> Array:
    """Errors of the mean for each point that the votes are expected to spread, (n,)."""
    errors: Array = (mean_scores(guessed) - mean_scores(voted)) / spreads(guessed)
    return errors
