"""Measure a trained scorer: on held-out test pictures, and cross-validated on all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.config import TrainConfig
from ml.data.splits import Indices, Split
from ml.evaluation.comparison import Comparison, Rivals, compare, rivals
from ml.evaluation.equivalent_raters import EquivalentRaters, equivalent_raters
from ml.evaluation.metrics import Array, mean_scores, spreads, srcc
from ml.evaluation.votes import pool_of_panel
from ml.training.loop import TrainedScorer, cross_predict, picture_folds, subject_folds
from ml.training.panels import ReadyPanel, predict_rows
from ml.training.progress import Callbacks, Progress

CEILING_SEED = 42
RATERS_SEED = 42


@dataclass(frozen=True, slots=True)
class PanelMeasures:
    """How well one panel is predicted, measured in three ways.

    ``test``: the shipped weights on pictures nothing was tuned on. ``cross_validation``: heads of
    the same recipe on every picture of the panel, each judged by a head that never saw it.
    ``unseen_subjects``: the same with all pictures of a subject on one side; None where subjects
    are not known. ``raters``: what the cross-validated means are worth in votes.
    ``by_served_panel``: SRCC of the panel that is served, on the test pictures.
    """

    panel: str
    test: Comparison
    cross_validation: Comparison
    unseen_subjects: Comparison | None
    raters: EquivalentRaters
    by_served_panel: float


def measure(
    trained: TrainedScorer, config: TrainConfig, callbacks: Callbacks[Progress]
) -> tuple[PanelMeasures, ...]:
    """All kinds of figures for every panel, beside the baselines on identical splits."""
    return tuple(
        _measure_panel(crowd, trained, config, callbacks) for crowd in range(len(trained.panels))
    )


def _measure_panel(
    crowd: int, trained: TrainedScorer, config: TrainConfig, callbacks: Callbacks[Progress]
) -> PanelMeasures:
    network, own = trained.network, trained.panels[crowd]
    test = own.split.test
    unseen = own.features.upright[test]
    judged = np.full_like(own.shares, np.nan)
    judged[test] = predict_rows(network.head, unseen, crowd=crowd)
    served = predict_rows(network.head, unseen, crowd=network.panels.index(config.panel))

    everyone = np.arange(len(own.shares))

    def crossed(splits: Sequence[Split]) -> Array:
        return cross_predict(crowd, trained.panels, network, splits, config, callbacks)

    def beside(predicted: Array, splits: Sequence[Split], rows: Indices) -> Comparison:
        return _beside(own, predicted, splits, rows, trained, config)

    by_picture = picture_folds(own.panel, everyone, config)
    by_subject = subject_folds(own.panel, everyone, config)
    guessed = crossed(by_picture)
    return PanelMeasures(
        panel=own.name,
        test=beside(judged, [own.split], test),
        cross_validation=beside(guessed, by_picture, everyone),
        unseen_subjects=(beside(crossed(by_subject), by_subject, everyone) if by_subject else None),
        raters=equivalent_raters(
            pool_of_panel(own.panel, everyone.tolist()), mean_scores(guessed), seed=RATERS_SEED
        ),
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
