"""The inputs of a phase's updates, and what the network says of pictures seen whole."""

import torch
from torch import Tensor

from ml.contracts.recipe import Recipe
from ml.data.splits import Indices
from ml.data.transforms import mirrored
from ml.evaluation.metrics import Array
from ml.inference.frozen import run_frozen
from ml.models.nima import NimaNetwork
from ml.training.ddp import Rows
from ml.training.material import Material
from ml.training.phases import Phase
from ml.training.progress import FitContext
from ml.training.views import Views, cut, draw_views, ready

BATCH = 8


class PhaseInputs:
    """Inputs by place in the training rows: cut pixels, or one of the cached views' features.

    ``features``: (views, train rows, F), standardised; ``validation``: (validation rows, F).
    Both None for a phase that reads pixels.
    """

    def __init__(
        self,
        material: Material,
        recipe: Recipe,
        phase: Phase,
        *,
        device: torch.device,
        features: Tensor | None = None,
        validation: Tensor | None = None,
    ) -> None:
        self._material = material
        self._recipe = recipe
        self._phase = phase
        self._device = device
        self._features = features
        self.validation = validation
        self._epoch = 0
        self._views = self._draw()

    def begin(self, epoch: int) -> None:
        """Draw the views of this epoch."""
        self._epoch = epoch
        if self._features is None:
            self._views = self._draw()

    def rows(self, places: Indices) -> Tensor:
        """(len(places), F) features or (len(places), 3, S, S) pixels, on the device."""
        if self._features is not None:
            view = self._features[self._epoch % len(self._features)]
            return view[torch.from_numpy(places)].to(self._device)
        rows = self._material.train[places]
        side = self._recipe.input_side
        return cut(self._material.store.large, rows, self._views, side=side, device=self._device)

    def _draw(self) -> Views:
        count = len(self._material.store.large)
        return draw_views(count, self._recipe, stream=self._phase.stream, epoch=self._epoch)


def judge_features(network: NimaNetwork, features: Tensor) -> Array:
    """(n, F) standardised features -> (n, 10) shares."""
    network.train(mode=False)
    device = network.centre.device

    def judge(batch: Tensor) -> Tensor:
        return network.logits(batch.to(device)).softmax(dim=1)

    shares: Array = run_frozen(judge, features).double().numpy()
    return shares


def judge_pixels(
    network: NimaNetwork, whole: Tensor, rows: Indices, *, mirror: bool, context: FitContext
) -> Array:
    """Judge the ``rows`` of (n, 3, S, S) uint8 pictures -> (len(rows), 10) shares.

    ``mirror``: the mean of the picture and its mirror image is the prediction.
    """

    def judge(pixels: Tensor) -> Tensor:
        shares: Tensor = network(pixels)
        return (shares + network(mirrored(pixels))) / 2 if mirror else shares

    def compute(mine: Rows) -> Tensor:
        chunks = [rows[mine[start : start + BATCH]] for start in range(0, len(mine), BATCH)]
        return torch.cat([run_frozen(judge, pixels_of(chunk)) for chunk in chunks])

    def pixels_of(chunk: Rows) -> Tensor:
        return ready(whole[torch.from_numpy(chunk)], device=context.device)

    network.train(mode=False)
    shares: Array = context.world.each_row(len(rows), compute).double().numpy()
    return shares
