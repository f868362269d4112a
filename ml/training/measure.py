"""Measure a trained scorer: on the held-out test pictures, and cross-validated on all."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ml.contracts.config import TrainConfig
from ml.data.splits import Indices, Split, folds
from ml.evaluation.comparison import Comparison, Rivals, compare, rivals
from ml.evaluation.metrics import Array, mean_scores, srcc
from ml.training.loop import Callbacks, TrainedScorer, cross_predict
from ml.training.panels import ReadyPanel, predict_rows

CEILING_SEED = 42


@dataclass(frozen=True, slots=True)
class PanelMeasures:
    """How well one panel is predicted, measured in two ways.

    ``test``: the shipped weights on pictures nothing was tuned on. ``cross_validation``: heads
    of the same recipe on every picture of the panel, each judged by a head that never saw it.
    ``by_served_panel``: SRCC of the panel whose head is served, on the same test pictures.
    """

    panel: str
    test: Comparison
    cross_validation: Comparison
    by_served_panel: float


def measure(
    trained: TrainedScorer, config: TrainConfig, callbacks: Callbacks
) -> tuple[PanelMeasures, ...]:
    """Both kinds of figures for every panel, beside the baselines on identical splits."""
    return tuple(_measure_panel(own, trained, config, callbacks) for own in trained.panels)


def _measure_panel(
    own: ReadyPanel, trained: TrainedScorer, config: TrainConfig, callbacks: Callbacks
) -> PanelMeasures:
    network = trained.network
    half_width = trained.half_widths[own.name]
    test = own.split.test
    unseen = own.features.upright[test]
    judged = np.full_like(own.shares, np.nan)
    judged[test] = predict_rows(network.head(own.name), unseen)
    everyone = folds(len(own.shares), seed=config.split_seed, parts=config.folds)
    crossed = cross_predict(own, trained.panels, everyone, config, callbacks)
    served = predict_rows(network.head(config.panel), unseen)
    beside = partial(
        _beside, own, half_width=half_width, top_means=network.top_means, config=config
    )
    return PanelMeasures(
        panel=own.name,
        test=beside(judged, [own.split], test),
        cross_validation=beside(crossed, everyone, np.arange(len(own.shares))),
        by_served_panel=srcc(mean_scores(served), mean_scores(own.shares[test])),
    )


def _beside(
    own: ReadyPanel,
    predicted: Array,
    splits: Sequence[Split],
    rows: Indices,
    *,
    half_width: float,
    top_means: slice,
    config: TrainConfig,
) -> Comparison:
    features = own.features.upright.astype(np.float64)
    top = features[:, top_means]
    rival = rivals(features, top, own.shares, splits=splits, seed=config.seed)
    return compare(
        predicted[rows],
        Rivals(
            constant=rival.constant[rows],
            ridge_top=rival.ridge_top[rows],
            ridge=rival.ridge[rows],
        ),
        [own.panel.pictures[row].counts for row in rows],
        half_width=half_width,
        seed=CEILING_SEED,
        resamples=config.resamples,
    )
