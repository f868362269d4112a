"""What a fit learns from: pixels, shares and weights of a panel, and which rows are for what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ml.contracts.recipe import Recipe, Weighting
from ml.data.samples import Panel
from ml.data.splits import Indices, holdout
from ml.losses.weighting import (
    Array,
    ambiguity_weights,
    hard_weights,
    inverse_frequency_weights,
)
from ml.training.pixels import PixelStore
from ml.training.sampling import RATING_BINS, under_sampled

SCALE_EDGES = (0.5, 10.5)


@dataclass(frozen=True, slots=True)
class Material:
    """All rows are positions in the panel, sorted.

    ``shares``: (n, 10); ``weights``: (n,), 0 for rows that are not trained on. ``train`` are
    the rows that updates use, ``natural`` those rows before under-sampling, ``validation`` the
    rows that only early stopping and the history look at.
    """

    store: PixelStore
    shares: Tensor
    weights: Tensor
    train: Indices
    natural: Indices
    validation: Indices

    @property
    def voted(self) -> Array:
        """The shares in double precision, for metrics."""
        return self.shares.double().numpy()


def prepare(
    panel: Panel,
    rows: Indices,
    recipe: Recipe,
    *,
    store: PixelStore,
    validation: Indices | None = None,
) -> Material:
    """Set validation pictures aside from ``rows``, under-sample and weigh the rest.

    ``validation``: other rows to look at instead, where the data say which. A row of weight 0 is
    left out: that is how dropping ambiguous pictures is done.
    """
    shares = np.array([picture.distribution for picture in panel.pictures])
    means = np.array([picture.mean for picture in panel.pictures])
    natural, watched = _split(rows, recipe) if validation is None else (rows, validation)
    kept = natural
    if recipe.per_bin:
        kept = natural[under_sampled(means[natural], per_bin=recipe.per_bin, seed=recipe.seed)]
    weights = np.zeros(len(shares))
    weights[kept] = _WEIGHTS[recipe.weighting](means[kept], recipe)
    return Material(
        store=store,
        shares=torch.from_numpy(shares).float(),
        weights=torch.from_numpy(weights).float(),
        train=kept[weights[kept] > 0],
        natural=natural,
        validation=watched,
    )


def _split(rows: Indices, recipe: Recipe) -> tuple[Indices, Indices]:
    if recipe.validation_share == 0:
        return rows, rows[:0]
    parts = holdout(len(rows), seed=recipe.seed, share=recipe.validation_share)
    return rows[parts.train], rows[parts.test]


def _plain(means: Array, recipe: Recipe) -> Array:
    return np.ones_like(means)


def _ambiguity(means: Array, recipe: Recipe) -> Array:
    return ambiguity_weights(
        means, threshold=recipe.threshold, delta=recipe.weight_delta, gamma=recipe.weight_gamma
    )


def _hard(means: Array, recipe: Recipe) -> Array:
    return hard_weights(means, threshold=recipe.threshold, delta=recipe.weight_delta)


def _rare(means: Array, recipe: Recipe) -> Array:
    low, high = SCALE_EDGES
    weigh = partial(inverse_frequency_weights, bins=RATING_BINS, low=low, high=high)
    return weigh(means)


_WEIGHTS: Mapping[Weighting, Callable[[Array, Recipe], Array]] = {
    Weighting.PLAIN: _plain,
    Weighting.AMBIGUITY: _ambiguity,
    Weighting.HARD: _hard,
    Weighting.INVERSE_FREQUENCY: _rare,
}
