"""Gradients of several processes as one, with the loss and the wish to stop along with them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ml.training.ddp import World
from ml.training.optimising import like


def add_up_gradients(
    parameters: Sequence[nn.Parameter], *, loss: float, stopping: bool, world: World
) -> tuple[float, bool]:
    """Replace every gradient by its sum over the processes, in one message.

    Returns the sum of the losses, and whether any process wants to stop. A process without a
    picture of this batch brings zeros.
    """
    if world.size == 1:
        return loss, stopping
    told = torch.tensor([loss, float(stopping)], dtype=torch.float32)
    flat = torch.cat([_gradient(parameter).flatten().cpu() for parameter in parameters] + [told])
    world.add_up(flat)
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.grad = like(parameter, flat[start:end].view(parameter.shape))
        start = end
    return float(flat[-2]), bool(flat[-1] > 0)


def _gradient(parameter: nn.Parameter) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
