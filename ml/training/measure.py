"""Measure a trained scorer: on held-out test pictures, and cross-validated on all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.config import TrainConfig
from ml.data.splits import Indices, Split, folds
from ml.evaluation.comparison import Comparison, Rivals, compare, rivals
from ml.evaluation.metrics import Array, mean_scores, spreads, srcc
from ml.training.loop import Callbacks, TrainedScorer, cross_predict, subject_folds
from ml.training.panels import ReadyPanel, predict_rows

CEILING_SEED = 42


@dataclass(frozen=True, slots=True)
class PanelMeasures:
    """How well one panel is predicted, measured in three ways.

    ``test``: the shipped weights on pictures nothing was tuned on. ``cross_validation``: heads of
    the same recipe on every picture of the panel, each judged by a head that never saw it.
    ``unseen_subjects``: the same with all pictures of a subject on one side; None where subjects
    are not known. ``by_served_panel``: SRCC of the panel that is served, on the test pictures.
    """

    panel: str
    test: Comparison
    cross_validation: Comparison
    unseen_subjects: Comparison | None
    by_served_panel: float


def measure(
    trained: TrainedScorer, config: TrainConfig, callbacks: Callbacks
) -> tuple[PanelMeasures, ...]:
    """All kinds of figures for every panel, beside the baselines on identical splits."""
    return tuple(
        _measure_panel(crowd, trained, config, callbacks) for crowd in range(len(trained.panels))
    )


def _measure_panel(
    crowd: int, trained: TrainedScorer, config: TrainConfig, callbacks: Callbacks
) -> PanelMeasures:
    network, own = trained.network, trained.panels[crowd]
    test = own.split.test
    unseen = own.features.upright[test]
    judged = np.full_like(own.shares, np.nan)
    judged[test] = predict_rows(network.head, unseen, crowd=crowd)
    served = predict_rows(network.head, unseen, crowd=network.panels.index(config.panel))

    everyone = np.arange(len(own.shares))

    def crossed(splits: Sequence[Split]) -> Comparison:
        guessed = cross_predict(crowd, trained.panels, network, splits, config, callbacks)
        return _beside(own, guessed, splits, everyone, trained, config)

    return PanelMeasures(
        panel=own.name,
        test=_beside(own, judged, [own.split], test, trained, config),
        cross_validation=crossed(
            folds(len(own.shares), seed=config.split_seed, parts=config.folds)
        ),
        unseen_subjects=crossed(splits)
        if (splits := subject_folds(own.panel, everyone, config))
        else None,
        by_served_panel=srcc(mean_scores(served), mean_scores(own.shares[test])),
    )


def _beside(
    own: ReadyPanel,
    predicted: Array,
    splits: Sequence[Split],
    rows: Indices,
    trained: TrainedScorer,
    config: TrainConfig,
) -> Comparison:
    features = own.features.upright.astype(np.float64)
    top = features[:, trained.network.top_means]
    rival = rivals(features, top, own.shares, splits=splits, seed=config.seed)
    return compare(
        predicted[rows],
        Rivals(
            constant=rival.constant[rows],
            ridge_top=rival.ridge_top[rows],
            ridge=rival.ridge[rows],
        ),
        [own.panel.pictures[row].counts for row in rows],
        half_width=trained.widths[own.name] * spreads(predicted[rows]),
        seed=CEILING_SEED,
        resamples=config.resamples,
    )
