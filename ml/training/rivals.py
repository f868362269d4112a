"""The baselines that every fit is measured beside: a constant, and ridge on frozen features."""

import numpy as np
import torch

from ml.contracts.recipe import Pooling, Recipe
from ml.data.splits import Split
from ml.evaluation.baselines import constant_histogram, tuned_ridge
from ml.evaluation.metrics import Array
from ml.models.backbone import create_backbone
from ml.models.nima import NimaNetwork
from ml.models.weights import WeightSource
from ml.training.frozen_features import whole_features
from ml.training.pixels import PixelStore
from ml.training.progress import FitContext


def constant(shares: Array, split: Split) -> Array:
    """The mean training distribution for every test picture. (n, 10) -> (m, 10)."""
    return constant_histogram(shares[split.train], rows=len(split.test))


def frozen_ridge(
    shares: Array,
    split: Split,
    recipe: Recipe,
    *,
    store: PixelStore,
    source: WeightSource | None,
    context: FitContext,
) -> Array:
    """Ridge on mean and spread of every stage of the untouched backbone. (n, 10) -> (m, 10).

    The penalty is chosen within the training pictures.
    """
    backbone = create_backbone(recipe.backbone, source)
    network = NimaNetwork(backbone, pooling=Pooling.STAGES).to(context.device)
    network = network.to(memory_format=torch.channels_last)
    rows = np.arange(len(shares))
    raw = whole_features(network, store, rows, context=context, cached=True)
    features = raw.double().numpy()
    return tuned_ridge(
        features[split.train], shares[split.train], unseen=features[split.test], seed=recipe.seed
    )
