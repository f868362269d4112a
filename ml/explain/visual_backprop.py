"""VisualBackProp (Bojarski et al. 2016, section 3): which pixels the deep activations come from.

From the deepest map to the shallowest: the mean over channels, scaled to 0..1; carried back to the
size of the map before it by a transposed convolution of ones without bias, whose kernel and stride
are those of the layer it passes back through; multiplied by that map's own scaled mean. The last
step leads from the first map to the pixels. It needs no gradient, knows no class, and asks what
the network sees, not what it thinks of it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from ml.models.backbone import Step


def visual_backprop(
    maps: Sequence[Tensor], steps: Sequence[Step], *, size: tuple[int, int]
) -> Tensor:
    """(B, H, W) in 0..1 for maps (B, C_i, h_i, w_i), shallow to deep.

    ``steps[i]`` leads to ``maps[i]`` from the map before it, the first from the pixels, which
    are ``size`` = (H, W). Raises ValueError unless there is one step for each map.
    """
    if len(maps) != len(steps) or not maps:
        raise ValueError(f"{len(steps)} steps to {len(maps)} maps")
    means = [unit_scaled(part.mean(dim=1)) for part in maps]  # each (B, h_i, w_i)
    mask = means[-1]
    for shallower, step in zip(reversed(means[:-1]), reversed(steps[1:]), strict=True):
        mask = passed_back(mask, step, size=(shallower.shape[1], shallower.shape[2]))
        mask = unit_scaled(mask * shallower)
    return unit_scaled(passed_back(mask, steps[0], size=size))


def passed_back(mask: Tensor, step: Step, *, size: tuple[int, int]) -> Tensor:
    """(B, h, w) -> (B, *size): the transposed convolution of ones, without bias.

    Every cell is handed to all the cells that the layer would have made it from; what would fall
    on padding is dropped, and cells that the layer did not look at get nothing.
    """
    ones = torch.ones(1, 1, step.kernel, 1, dtype=mask.dtype, device=mask.device)
    # A kernel of ones is a column of ones times a row of ones: two thin passes cost less.
    tall = functional.conv_transpose2d(mask.unsqueeze(1), ones, stride=(step.stride, 1))
    wide = functional.conv_transpose2d(tall, ones.transpose(2, 3), stride=(1, step.stride))
    height, width = size
    wide = wide[..., step.padding :, step.padding :][..., :height, :width]
    return functional.pad(wide, (0, width - wide.shape[-1], 0, height - wide.shape[-2])).squeeze(1)


def unit_scaled(maps: Tensor) -> Tensor:
    """Each of (B, h, w) moved to a least value of 0 and stretched to a largest of 1.

    A map that is the same everywhere becomes 1 everywhere: it tells nothing apart, and must not
    wipe out what the other maps tell.
    """
    low, high = maps.amin(dim=(1, 2), keepdim=True), maps.amax(dim=(1, 2), keepdim=True)
    span = high - low
    flat = span <= 1e-12 * high.abs().clamp_min(1.0)
    scaled = (maps - low) / torch.where(flat, torch.ones_like(span), span)
    return torch.where(flat, torch.ones_like(maps), scaled)
