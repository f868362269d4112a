"""Features of fixed random views, computed once, so that the head phase takes seconds.

In the head phase the backbone does not change, so a view of a picture has the same features every
time it is met. The views are drawn exactly as live training would draw them, ``cached_views`` of
each picture; epoch e uses view e modulo that number. With as many views as epochs, as in ``nima``,
that is the live computation, not an approximation; with more epochs the views repeat.
"""

import io
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ml.contracts.files import replace_file
from ml.contracts.recipe import Recipe
from ml.data.splits import Indices
from ml.inference.frozen import run_frozen
from ml.models.nima import NimaNetwork
from ml.training.ddp import Rows
from ml.training.pixels import PixelStore, cache_name
from ml.training.progress import FitContext
from ml.training.views import Views, cut, draw_views, ready

BATCH = 8


def view_features(
    network: NimaNetwork,
    store: PixelStore,
    rows: Indices,
    recipe: Recipe,
    *,
    stream: int,
    context: FitContext,
    cached: bool,
) -> Tensor:
    """Raw pooled features (views, len(rows), F) of random views, before standardising.

    ``cached``: the backbone is as its weights file made it, so the disk may remember.
    """
    views = min(recipe.cached_views, max(1, recipe.head_epochs))
    drawn = [draw_views(len(store.large), recipe, stream=stream, epoch=k) for k in range(views)]

    def pixels_of(view: Views) -> Callable[[Rows], Tensor]:
        return lambda mine: cut(
            store.large, mine, view, side=recipe.input_side, device=context.device
        )

    def compute() -> Tensor:
        return torch.stack(
            [_pooled(network, pixels_of(view), rows, context=context) for view in drawn]
        )

    key = (recipe.seed, recipe.random_crop, recipe.flip, recipe.input_side, views, stream)
    return _remembered(network, store, rows, ("views", *key), compute, context, cached=cached)


def whole_features(
    network: NimaNetwork, store: PixelStore, rows: Indices, *, context: FitContext, cached: bool
) -> Tensor:
    """Raw pooled features (len(rows), F) of the whole pictures, as they are judged in service."""

    def compute() -> Tensor:
        def whole(mine: Rows) -> Tensor:
            return ready(store.whole[torch.from_numpy(mine)], device=context.device)

        return _pooled(network, whole, rows, context=context)

    return _remembered(network, store, rows, ("whole",), compute, context, cached=cached)


def standardised(network: NimaNetwork, raw: Tensor) -> Tensor:
    """Raw features as ``network.features`` gives them."""
    return (raw - network.centre.cpu()) / network.scale.cpu()


def _pooled(
    network: NimaNetwork,
    pixels_of: Callable[[Rows], Tensor],
    rows: Indices,
    *,
    context: FitContext,
) -> Tensor:
    def pool(pixels: Tensor) -> Tensor:
        pooled: Tensor = network.pooling(network.stages(pixels))
        return pooled

    def compute(mine: Rows) -> Tensor:
        chunks = [rows[mine[start : start + BATCH]] for start in range(0, len(mine), BATCH)]
        return torch.cat([run_frozen(pool, pixels_of(chunk)) for chunk in chunks]).clone()

    network.train(mode=False)
    return context.world.each_row(len(rows), compute)


def _remembered(
    network: NimaNetwork,
    store: PixelStore,
    rows: Indices,
    key: tuple[object, ...],
    compute: Callable[[], Tensor],
    context: FitContext,
    *,
    cached: bool,
) -> Tensor:
    if context.cache is None or not cached:
        return compute()
    backbone = (network.backbone.name, network.backbone.digest, network.pooling_kind)
    name = cache_name(store.identity, *backbone, rows.tolist(), *key)
    path = context.cache / f"features-{name}.npy"
    if path.is_file():
        return torch.from_numpy(np.load(path))
    features = compute()
    if context.world.writes:
        packed = io.BytesIO()
        np.save(packed, features.numpy())
        replace_file(path, packed.getvalue())
    return features
