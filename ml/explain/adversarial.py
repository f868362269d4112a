"""Adversarial explanation (Murray and Gordo 2017): what a small change of pixels must move.

Projected gradient steps (Madry et al. 2018, section 2.1) raise or lower a predicted mean while the
change stays in a ball of the L2 norm. Sizes are the root mean square over all colour values, in
levels of 0..255, so that pictures of different sides compare.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import torch
from torch import Tensor

from ml.explain.grids import smoothed

WHITE = 255.0
_OVERSHOOT = 1.5  # steps may add up to this many radii, so that a bent path still gets there
_LEAST_LENGTH = 1e-12
_HEAT_CELLS = 32  # the heat is smoothed over one part in this many of the side

Judge = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Push:
    """A change ``delta`` (B, 3, H, W) in levels, and its ``size`` (B,)."""

    delta: Tensor
    size: Tensor


def push(
    judge: Judge,
    pixels: Tensor,
    *,
    signs: Tensor,
    radius: float,
    steps: int,
) -> Push:
    """Change each picture by at most ``radius`` so that its mean rises or falls.

    ``judge``: (B, 3, H, W) in 0..255 -> (B,). ``signs``: (B,), 1 to raise and -1 to lower; one
    picture may be pushed by several signs, and then its first gradient is taken only once. The
    changed pictures stay in 0..255. Raises ValueError without a step or a radius.
    """
    if steps < 1 or radius <= 0:
        raise ValueError(f"no push of radius {radius} in {steps} steps")
    delta = torch.zeros_like(pixels)
    changed = pixels
    for _ in range(steps):
        _, gradient = _gradient(judge, changed)
        delta = delta + _OVERSHOOT * radius / steps * _steepest(gradient, signs)
        delta = _inside(pixels, _projected(delta, radius))
        changed = pixels + delta
    return Push(delta, size_of(delta))


def least_sizes(
    judge: Judge,
    pixels: Tensor,
    *,
    signs: Tensor,
    change: float,
    stride: float,
    limit: int,
) -> Tensor:
    """How large a change this search needs to move each mean by ``change`` points: (B,).

    Normalised steps of ``stride`` levels up or down the gradient until the mean has moved; between
    the last two steps the size is interpolated. Infinite where ``limit`` steps do not get there.
    """
    delta = torch.zeros_like(pixels)
    found = torch.full_like(signs, inf)
    start, gradient = _gradient(judge, pixels)
    size, moved = torch.zeros_like(signs), torch.zeros_like(signs)
    for _ in range(limit):
        delta = _inside(pixels, delta + stride * _steepest(gradient, signs))
        mean, gradient = _gradient(judge, pixels + delta)
        now, size_now = signs * (mean - start), size_of(delta)
        share = ((change - moved) / (now - moved).clamp_min(_LEAST_LENGTH)).clamp(0.0, 1.0)
        reached = (now >= change) & torch.isinf(found)
        found = torch.where(reached, size + share * (size_now - size), found)
        moved, size = now, size_now
        if bool(torch.isfinite(found).all()):
            break
    return found


def heat(delta: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B, H, W): how much each place was changed, smoothed. In levels."""
    moved = delta.abs().sum(dim=1)
    return smoothed(moved, max(moved.shape[1:]) / _HEAT_CELLS)


def size_of(delta: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B,), root mean square in levels."""
    return delta.flatten(1).square().mean(dim=1).sqrt()


def _gradient(judge: Judge, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """The means (B,), and their gradients (B, 3, H, W)."""
    leaf = pixels.detach().requires_grad_()
    with torch.enable_grad():
        means = judge(leaf)
        (gradient,) = torch.autograd.grad(means.sum(), leaf)
    return means.detach(), gradient


def _steepest(gradient: Tensor, signs: Tensor) -> Tensor:
    """The change of size 1 that moves the mean most, to first order; none where it is flat."""
    wanted = gradient * _each(signs)
    return wanted / _each(size_of(wanted).clamp_min(_LEAST_LENGTH))


def _projected(delta: Tensor, radius: float) -> Tensor:
    return delta * _each((radius / size_of(delta).clamp_min(_LEAST_LENGTH)).clamp_max(1.0))


def _inside(pixels: Tensor, delta: Tensor) -> Tensor:
    """The change that is left once the changed picture is clipped to 0..255."""
    return (pixels + delta).clamp(0.0, WHITE) - pixels


def _each(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)
