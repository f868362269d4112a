"""Inverted residual block with batch normalisation folded in, as EfficientNet-Lite uses it.

Folding turns ``norm(conv(x))`` into one convolution with a bias, which computes the same thing
faster. "Same" padding follows TensorFlow: symmetric at stride 1, one more pixel at the right and
bottom at stride 2, for which the input side must be even.
"""

from torch import Tensor, nn
from torch.nn import functional


class SameConv(nn.Module):
    """Convolution with bias and TensorFlow's "same" padding. (B, C, H, W) -> (B, C', H/s, W/s)."""

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
        before = (kernel - 2) // 2
        after = kernel - 2 - before
        self.edges = None if stride == 1 else (before, after, before, after)

    def forward(self, maps: Tensor) -> Tensor:
        padded = maps if self.edges is None else functional.pad(maps, self.edges)
        return self.conv(padded)  # type: ignore[no-any-return]


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
        """(B, C, H, W) -> (B, C', H / stride, W / stride)."""
        inner = maps if self.widen is None else functional.relu6(self.widen(maps), inplace=True)
        inner = functional.relu6(self.filter(inner), inplace=True)
        narrow: Tensor = self.narrow(inner)
        return narrow + maps if self.adds_input else narrow
