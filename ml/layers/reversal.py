"""Gradient reversal: what helps to tell two domains apart is unlearned below it."""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context: FunctionCtx, values: Tensor, weight: float) -> Tensor:
        context.weight = weight  # type: ignore[attr-defined]
        return values.view_as(values)

    @staticmethod
    def backward(context: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None]:
        return -context.weight * gradients[0], None  # type: ignore[attr-defined]


def reversed_gradient(values: Tensor, weight: float) -> Tensor:
    """``values`` unchanged; gradients pass back times -``weight``.

    Ganin and Lempitsky 2015, the pseudo-function R of section 3.2.
    """
    found: Tensor = _Reversal.apply(values, weight)
    return found
