"""An exponential moving average of weights, kept beside the weights that are trained."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Averaged:
    """theta_bar <- d theta_bar + (1 - d) theta after every update (Polyak and Juditsky 1992).

    d = min(decay, (1 + t) / (10 + t)) at update t, so that the first weights fade quickly.
    """

    def __init__(self, parameters: Mapping[str, nn.Parameter], *, decay: float) -> None:
        self._parameters = parameters
        self._decay = decay
        self.updates = 0
        self.tensors = {name: value.detach().clone() for name, value in parameters.items()}

    def update(self) -> None:
        """Take in the parameters as they are now."""
        self.updates += 1
        decay = min(self._decay, (1 + self.updates) / (10 + self.updates))
        with torch.no_grad():
            for name, value in self._parameters.items():
                self.tensors[name].lerp_(value.detach(), 1 - decay)

    def restore(self, tensors: Mapping[str, Tensor], *, updates: int) -> None:
        """Go on from a saved average."""
        self.updates = updates
        for name in self.tensors:
            self.tensors[name].copy_(tensors[name])

    @contextmanager
    def lent(self) -> Iterator[None]:
        """The parameters hold the average inside the block, and their own values after it."""
        own = {name: value.detach().clone() for name, value in self._parameters.items()}
        self.install()
        try:
            yield
        finally:
            _copy(own, self._parameters)

    def install(self) -> None:
        """Write the average into the parameters, for good."""
        _copy(self.tensors, self._parameters)


def _copy(source: Mapping[str, Tensor], target: Mapping[str, nn.Parameter]) -> None:
    with torch.no_grad():
        for name, value in target.items():
            value.copy_(source[name])
