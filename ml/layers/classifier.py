"""The ImageNet classifier a backbone came with, kept as it is: a teacher, never a pupil."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


class FrozenClassifier(nn.Module):
    """Fully connected layers with ReLU between them, on a pooled map.

    The numbers are buffers outside of the state dict: no optimiser trains them, no checkpoint of
    a fine-tuned network repeats them, and data-parallel training does not wait for them.
    """

    def __init__(self, layers: Sequence[tuple[Tensor, Tensor]], *, pooled_side: int = 1) -> None:
        """``layers``: (weight (out, in), bias (out,)) from first to last."""
        super().__init__()
        self.count = len(layers)
        self.pooled_side = pooled_side
        for index, (weight, bias) in enumerate(layers):
            self.register_buffer(f"weight{index}", weight.detach().clone(), persistent=False)
            self.register_buffer(f"bias{index}", bias.detach().clone(), persistent=False)

    def forward(self, top: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, classes) logits."""
        values = functional.adaptive_avg_pool2d(top, self.pooled_side).flatten(1)
        for index in range(self.count):
            weight, bias = self.get_buffer(f"weight{index}"), self.get_buffer(f"bias{index}")
            values = functional.linear(values, weight, bias)
            if index < self.count - 1:
                values = functional.relu(values)
        return values
