"""Features of small squares by frozen backbones: the space that generated pictures are judged in.

The same statistics of the same backbones that the shipped scorer judges by, at another input side.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from ml.data.transforms import Squares, to_pixels
from ml.inference.frozen import frozen, run_frozen
from ml.models.registry import create
from ml.models.scorer import Scorer

Features = NDArray[np.float32]
BATCH = 16
SHIPPED = ("lite0", "lite2")
SIDE = 128


class FrozenFeatures:
    """Squares in, rows of features out. ``name`` says whose features they are."""

    def __init__(
        self,
        *,
        backbones: Sequence[str] = SHIPPED,
        side: int = SIDE,
        device: torch.device | str = "cpu",
    ) -> None:
        """``side``: squares are brought to that many pixels. Raises UnknownBackboneError."""
        built = create(
            "scorer", pretrained=True, backbones=backbones, panels=("-",), rank=1, support=1
        )
        assert isinstance(built, Scorer)
        self._device = torch.device(device)
        self._network = frozen(built, device=self._device)
        self._side = side
        self.widths = built.widths
        self.name = f"{' + '.join(backbones)} at {side} pixels"
        self.identity = f"{built.identity} {side}"

    def of(
        self, squares: Squares, *, told: Callable[[int, int], None] = lambda _done, _all: None
    ) -> Features:
        """(n, S, S, 3) bytes -> (n, F). ``told`` hears how many of how many are done."""
        rows = []
        for start in range(0, len(squares), BATCH):
            pictures = [Image.fromarray(each) for each in squares[start : start + BATCH]]
            pixels = to_pixels(pictures, side=self._side).to(self._device)
            rows.append(run_frozen(self._network.features, pixels).numpy())
            told(min(start + BATCH, len(squares)), len(squares))
        return np.concatenate(rows)
