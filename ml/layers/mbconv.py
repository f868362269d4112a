"""Inverted residual block with batch normalisation folded in, as EfficientNet-Lite uses it.

Folding turns ``norm(conv(x))`` into one convolution with a bias, which computes the same thing
faster. "Same" padding follows TensorFlow: the result has ceil(side / stride) pixels, and what
cannot be shared evenly goes to the right and the bottom.
"""

from torch import Tensor, nn
from torch.nn import functional


class SameConv(nn.Module):
    """Convolution with bias and TensorFlow's "same" padding.

    (B, C, H, W) -> (B, C', ceil(H / stride), ceil(W / stride)), sides even or odd.
    """

    def __init__(
        self, channels_in: int, channels_out: int, *, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        if stride not in (1, 2) or kernel % 2 == 0:
            raise ValueError(f"no same padding for kernel {kernel} at stride {stride}")
        symmetric = kernel // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(
            channels_in, channels_out, kernel, stride, padding=symmetric, groups=groups
        )
        self.kernel, self.stride = kernel, stride

    def forward(self, maps: Tensor) -> Tensor:
        if self.stride == 1:
            return self.conv(maps)  # type: ignore[no-any-return]
        height, width = maps.shape[-2:]
        edges = (*self._edges(width), *self._edges(height))
        return self.conv(functional.pad(maps, edges))  # type: ignore[no-any-return]

    def _edges(self, side: int) -> tuple[int, int]:
        """Pixels to add before and after a side, at stride 2: one more on an odd side."""
        total = max(self.kernel - 2 + side % 2, 0)
        return total // 2, total - total // 2


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow; added to the input where the shapes agree."""

    def __init__(
        self, channels_in: int, channels_out: int, *, expand: int, kernel: int, stride: int
    ) -> None:
        super().__init__()
        inner = channels_in * expand
        self.widen = SameConv(channels_in, inner, kernel=1) if expand != 1 else None
        self.filter = SameConv(inner, inner, kernel=kernel, stride=stride, groups=inner)
        self.narrow = SameConv(inner, channels_out, kernel=1)
        self.adds_input = stride == 1 and channels_in == channels_out

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', ceil(H / stride), ceil(W / stride))."""
        inner = maps if self.widen is None else functional.relu6(self.widen(maps), inplace=True)
        inner = functional.relu6(self.filter(inner), inplace=True)
        narrow: Tensor = self.narrow(inner)
        return narrow + maps if self.adds_input else narrow
