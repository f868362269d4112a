"""Adam with Keras' habits, its learning rate over a phase, and its state as plain tensors."""

from collections.abc import Mapping
from math import cos, pi

import torch
from torch import Tensor, nn

from ml.contracts.recipe import Recipe, Schedule

KERAS_EPSILON = 1e-7
WARM_SHARE = 0.05
_MOMENTS = ("exp_avg", "exp_avg_sq")
_PARTS = ("step", *_MOMENTS)


def rate_at(recipe: Recipe, base: float, *, step: int, steps: int) -> float:
    """The rate of update ``step`` of ``steps``, counted from 0, see ``Schedule``."""
    if recipe.schedule is Schedule.KERAS:
        return base / (1 + recipe.decay * step)
    warm = max(1, round(WARM_SHARE * steps))
    if step < warm:
        return base * (step + 1) / warm
    return base * (1 + cos(pi * (step - warm) / max(1, steps - warm))) / 2


class Adam:
    """AdamW over named parameters. Without weight decay it is Keras' Adam, epsilon 1e-7."""

    def __init__(
        self,
        parameters: Mapping[str, nn.Parameter],
        *,
        weight_decay: float,
        betas: tuple[float, float] = (0.9, 0.999),
    ) -> None:
        self._parameters = parameters
        self._adam = torch.optim.AdamW(
            parameters.values(),
            lr=0.0,
            betas=betas,
            eps=KERAS_EPSILON,
            weight_decay=weight_decay,
            fused=True,
        )

    def clear(self) -> None:
        """Forget the gradients."""
        self._adam.zero_grad(set_to_none=True)

    def update(self, *, rate: float) -> None:
        """One update at learning rate ``rate``."""
        for group in self._adam.param_groups:
            group["lr"] = rate
        self._adam.step()

    def tensors(self) -> dict[str, Tensor]:
        """The moments and step counts, by parameter name; empty before the first update."""
        return {
            f"{name}.{part}": self._adam.state[parameter][part]
            for name, parameter in self._parameters.items()
            if self._adam.state[parameter]
            for part in _PARTS
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from what ``tensors`` returned."""
        for name, parameter in self._parameters.items():
            if f"{name}.step" in tensors:
                self._adam.state[parameter] = {
                    "step": tensors[f"{name}.step"].to(parameter.device, copy=True),
                    **{part: like(parameter, tensors[f"{name}.{part}"]) for part in _MOMENTS},
                }


def like(parameter: Tensor, values: Tensor) -> Tensor:
    """``values`` laid out in memory as ``parameter`` is: the fused update walks both in step."""
    return torch.empty_like(parameter, requires_grad=False).copy_(values)
