"""The one place where networks are put to evaluation and run without gradients."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)


def frozen(module: Module, *, device: torch.device) -> Module:
    """Move to ``device``, switch to evaluation, forbid gradients. Returns the same module."""
    module.eval().requires_grad_(False)
    return module.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def run_frozen(function: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
    """``function(batch)`` without gradients, brought back to the CPU as float32."""
    with torch.inference_mode():
        return function(batch).to(device="cpu", dtype=torch.float32)
