"""Slow style transfer: the pixels themselves are optimised (Gatys, Ecker and Bethge 2015).

The sum that falls is content + style + total variation; see ``ml.style.gram`` for the terms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import torch
from PIL import Image
from torch import Tensor
from torch.optim import LBFGS, Adam

from ml.style.features import StyleFeatures
from ml.style.gram import content_loss, mean_grams, style_loss, total_variation
from ml.style.pictures import StyleMemoryError, as_picture, as_pixels

MIB = 2**20
_GREY, _CONTRAST = 127.5, 255.0
_NOISE = 25.0  # grey levels
_LBFGS_MEMORY = 10
# Bytes that a pixel costs while its gradient is taken: measured on VGG16 and Lite, rounded up.
_BYTES_OF_PIXEL = {"vgg16": 3600, "vgg19": 4000}
_BYTES_OF_PIXEL_OF_OURS = 1600


class TransferCancelledError(RuntimeError):
    """The caller asked to stop; nothing was made."""


class TransferDivergedError(ArithmeticError):
    """The sum became infinite or NaN: ask for smaller weights, or for Adam."""


class Optimiser(StrEnum):
    """What moves the pixels."""

    LBFGS = "lbfgs"
    ADAM = "adam"


class Start(StrEnum):
    """What the pixels are at first."""

    CONTENT = "content"
    NOISE = "noise"
    BOTH = "both"  # the content with a little noise


@dataclass(frozen=True, slots=True)
class SlowSettings:
    """How a picture is painted. ``steps``: evaluations of the sum, at most.

    ``content``, ``style``, ``smooth``: weights of the terms. ``rate``: of Adam, in grey levels.
    ``seed``: of the noise. ``memory_mib``: no picture may need more than that.
    """

    steps: int = 120
    content: float = 1.0
    style: float = 300.0
    smooth: float = 5.0
    optimiser: Optimiser = Optimiser.LBFGS
    start: Start = Start.CONTENT
    rate: float = 4.0
    seed: int = 0
    memory_mib: int = 3072


@dataclass(frozen=True, slots=True)
class Stroke:
    """Where a painting stands: ``done`` of ``total`` evaluations, and the terms, weighted."""

    done: int
    total: int
    content: float
    style: float
    smooth: float


def paint(
    content: Image.Image,
    style: Image.Image,
    features: StyleFeatures,
    settings: SlowSettings,
    *,
    on_progress: Callable[[Stroke], None] = lambda _stroke: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Image.Image:
    """``content`` in the style of ``style``, at the size of ``content``; both in RGB.

    The same settings on the same machine give the same picture. Raises StyleMemoryError before
    anything is computed, TransferCancelledError, TransferDivergedError.
    """
    for picture, name in ((content, "content"), (style, "style")):
        require_memory(picture, features, name=name, limit_mib=settings.memory_mib)
    canvas = _Canvas(content, style, features, settings)

    def evaluate(done: int) -> Tensor:
        if should_stop():
            raise TransferCancelledError(f"cancelled after {done} of {settings.steps} steps")
        terms = canvas.terms()
        total = terms.sum()
        if not bool(torch.isfinite(total)):
            raise TransferDivergedError("the sum of the terms is no longer finite")
        on_progress(Stroke(done + 1, settings.steps, *terms.tolist()))
        return total

    _optimise(canvas.pixels, evaluate, settings)
    return as_picture(canvas.in_levels())


def require_memory(
    picture: Image.Image, features: StyleFeatures, *, name: str, limit_mib: int
) -> None:
    """Raises StyleMemoryError for a picture whose gradient would not fit into ``limit_mib``."""
    each = _BYTES_OF_PIXEL.get(features.name, _BYTES_OF_PIXEL_OF_OURS)
    needed = picture.width * picture.height * each / MIB
    if needed > limit_mib:
        side = int(max(picture.size) * (limit_mib / needed) ** 0.5)
        raise StyleMemoryError(
            f"the {name} picture of {picture.width} x {picture.height} takes about {needed:,.0f} "
            f"MiB with {features.name}, {limit_mib:,} are allowed: a side of {side} fits"
        )


class _Canvas:
    """The pixels that are painted, around 0 and about as wide as 1, and what they should be."""

    def __init__(
        self,
        content: Image.Image,
        style: Image.Image,
        features: StyleFeatures,
        settings: SlowSettings,
    ) -> None:
        self._features, self._settings = features, settings
        shown = as_pixels(content).to(features.device)
        with torch.no_grad():
            self._content = features.maps(shown)[features.layers.content]
            self._grams = mean_grams(features.maps(as_pixels(style)))
        self.pixels = ((_started(shown, settings) - _GREY) / _CONTRAST).requires_grad_(True)

    def in_levels(self) -> Tensor:
        """(1, 3, H, W) in grey levels; the optimiser may leave 0..255, features never see that."""
        return (self.pixels * _CONTRAST + _GREY).clamp(0, 255)

    def terms(self) -> Tensor:
        """(3,) content, style and smoothness, weighted."""
        maps = self._features.maps(_Held.apply(self.pixels * _CONTRAST + _GREY))
        layers, weights = self._features.layers, self._settings
        return torch.cat(
            [
                weights.content * content_loss(maps[layers.content], self._content),
                weights.style * style_loss(maps, self._grams, layers.style),
                weights.smooth * total_variation(self.pixels),
            ]
        )


class _Held(torch.autograd.Function):
    """Cut to 0..255, gradients passed on as they come: a pixel at the end can find its way back."""

    @staticmethod
    def forward(_context: object, levels: Tensor) -> Tensor:
        return levels.clamp(0, 255)

    @staticmethod
    def backward(_context: object, *gradients: Tensor) -> Tensor:
        return gradients[0]


def _started(shown: Tensor, settings: SlowSettings) -> Tensor:
    if settings.start is Start.CONTENT:
        return shown.clone()
    random = torch.Generator().manual_seed(settings.seed)
    noise = torch.randn(shown.shape, generator=random).to(shown.device)
    if settings.start is Start.NOISE:
        return (_GREY + _NOISE * noise).clamp(0, 255)
    return (shown + _NOISE * noise).clamp(0, 255)


def _optimise(pixels: Tensor, evaluate: Callable[[int], Tensor], settings: SlowSettings) -> None:
    """Up to ``steps`` evaluations; L-BFGS may find sooner that nothing falls any more."""
    done = 0
    chosen: LBFGS | Adam
    if settings.optimiser is Optimiser.LBFGS:
        chosen = LBFGS(
            [pixels], max_iter=settings.steps, max_eval=settings.steps,
            history_size=_LBFGS_MEMORY, tolerance_change=0.0, line_search_fn="strong_wolfe",
        )  # fmt: skip
    else:
        chosen = Adam([pixels], lr=settings.rate / _CONTRAST)

    def closure() -> float:
        nonlocal done
        chosen.zero_grad()
        total = evaluate(done)
        done += 1
        total.backward()  # type: ignore[no-untyped-call]
        return float(total.detach())

    for _ in range(1 if isinstance(chosen, LBFGS) else settings.steps):
        chosen.step(closure)  # type: ignore[no-untyped-call]
