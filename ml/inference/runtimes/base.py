"""What every engine offers: squares of pixels in, shares out, a few pictures at a time."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]  # (B, side, side, 3), RGB
Shares = NDArray[np.float32]  # (B, 10), rows sum to 1


class EngineUnavailableError(RuntimeError):
    """The engine cannot run here or cannot run this network: another one must serve."""


class Runtime(ABC):
    """A network made ready on one engine. ``micro_batch``: how many pictures it likes at once."""

    name: str
    micro_batch: int

    @abstractmethod
    def run(self, batches: Iterable[Pictures]) -> list[Shares]:
        """The shares of every batch, in order. ``batches`` is drawn from while others compute.

        A batch holds 1 to ``micro_batch`` pictures.
        """
