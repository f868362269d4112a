"""Fit the view head of a cropper: the planted picture before whatever spoils it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ml.crop.regions import REGIONS, WHOLE, overlaps
from ml.models.cropper import ViewHead
from ml.training.crop_material import Lesson
from ml.training.crop_views import drawn_views, likeness
from ml.training.progress import Callbacks, NonFiniteLossError, Progress, TrainingStoppedError

_LEAST_SCALE = 1e-3
_SAMPLE = 256
_GAP = 0.08  # views that overlap the picture equally well, within this, have no order


@dataclass(frozen=True, slots=True)
class CropConfig:
    """All that decides a run. ``stages``: the maps of the backbone that are read."""

    architecture: str = "cropper"
    backbone: str = "lite0"
    stages: tuple[int, ...] = (2, 4, 6)
    input_side: int = 256
    side: int = 32
    width: int = 64
    epochs: int = 14
    batch: int = 24
    rate: float = 3e-3
    decay: float = 1e-3
    dropout: float = 0.2
    seed: int = 1

    @property
    def options(self) -> dict[str, object]:
        """What builds the network."""
        return {
            "backbone": self.backbone,
            "stages": list(self.stages),
            "width": self.width,
            "regions": REGIONS,
            "side": self.side,
        }


def fit_head(known: Lesson, config: CropConfig, *, callbacks: Callbacks[Progress]) -> ViewHead:
    """The head that orders views best. Raises TrainingStoppedError or NonFiniteLossError."""
    torch.manual_seed(config.seed)
    channels = [part.shape[1] for part in known.maps]
    head = ViewHead(channels, width=config.width, regions=REGIONS, side=config.side)
    scaling = Scaling.of(known)

    def scores_of(maps: Sequence[Tensor], views: NDArray[np.float64]) -> Tensor:
        spoilt = [functional.dropout2d(each, config.dropout) for each in scaling(maps)]
        return view_scores(head(spoilt), views)

    train(head, scores_of, known, config, callbacks)
    scaling.fold(head)
    return head


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """(C,) mean and spread of every channel of every stage."""

    centre: tuple[Tensor, ...]
    spread: tuple[Tensor, ...]

    @classmethod
    def of(cls, known: Lesson) -> "Scaling":
        """From some of the scenes."""
        some = [part[:: max(1, len(part) // _SAMPLE)].float() for part in known.maps]
        return cls(
            tuple(part.mean(dim=(0, 2, 3)) for part in some),
            tuple(part.std(dim=(0, 2, 3)) + _LEAST_SCALE for part in some),
        )

    def __call__(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Channels with mean 0 and spread 1."""
        return [
            (part.float() - centre[:, None, None]) / spread[:, None, None]
            for part, centre, spread in zip(maps, self.centre, self.spread, strict=True)
        ]

    def fold(self, head: ViewHead) -> None:
        """Let ``head`` read maps as the backbone gives them."""
        with torch.no_grad():
            state = dict(head.named_parameters())
            for at, (centre, spread) in enumerate(zip(self.centre, self.spread, strict=True)):
                weight = state[f"scales.{at}.weight"]  # (width, C, 1, 1)
                weight.div_(spread[None, :, None, None])
                state["scales.0.bias"].sub_(weight[:, :, 0, 0] @ centre)


def train(
    module: nn.Module,
    scores_of: Callable[[Sequence[Tensor], NDArray[np.float64]], Tensor],
    known: Lesson,
    config: CropConfig,
    callbacks: Callbacks[Progress],
) -> None:
    """Update ``module`` until its scores of views (B, K, 4) follow how much they overlap.

    ``scores_of`` maps (B, C, h, w) a stage and the views to (B, K).
    """
    generator = np.random.default_rng(config.seed)
    steps = config.epochs * (len(known.planted) // config.batch)
    optimiser = torch.optim.AdamW(module.parameters(), lr=config.rate, weight_decay=config.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.rate, total_steps=steps)
    module.train()
    for step, rows in enumerate(_batches(len(known.planted), steps, config.batch, generator)):
        if callbacks.should_stop():
            raise TrainingStoppedError("training was stopped")
        part = known.only(rows)
        views = drawn_views(part.planted, generator)
        loss = ranking_loss(scores_of(part.maps, views), likeness(views, part.planted))
        if not bool(torch.isfinite(loss)):
            raise NonFiniteLossError(f"the loss is {loss.item()} at step {step}")
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        callbacks.on_progress(Progress("fitting the view head", step + 1, steps))
    module.eval()


def view_scores(view: Tensor, views: NDArray[np.float64]) -> Tensor:
    """Maps (B, R, S, S) and views (B, K, 4) -> (B, K), relative to the whole picture.

    The same sum as ``ml.crop.tables.view_scores``, with gradients.
    """
    count, size = views.shape[:2]
    asked = np.concatenate([np.tile(WHOLE, (count, 1, 1)), views], axis=1)
    rows, columns = (
        torch.from_numpy(part).reshape(count, size + 1, *part.shape[1:])
        for part in overlaps(asked.reshape(-1, 4), view.shape[-1])
    )
    across = torch.einsum("bnrx,bryx->bnry", columns, view)
    totals = (across * rows).sum(dim=(2, 3))
    return totals[:, 1:] - totals[:, :1]


def ranking_loss(scores: Tensor, quality: NDArray[np.float64]) -> Tensor:
    """RankNet (Burges et al. 2005) over the pairs of views of one scene, (B, K) each.

    A pair weighs as much as its two views differ in quality.
    """
    wanted = torch.from_numpy(quality).float()
    gap = wanted[:, :, None] - wanted[:, None, :]
    weight = torch.where(gap > _GAP, gap, torch.zeros(()))
    losses = functional.softplus(scores[:, None, :] - scores[:, :, None])
    return (weight * losses).sum() / weight.sum().clamp_min(_LEAST_SCALE)


def _batches(
    count: int, steps: int, batch: int, generator: np.random.Generator
) -> list[NDArray[np.intp]]:
    chunks: list[NDArray[np.intp]] = []
    while len(chunks) < steps:
        order = generator.permutation(count)
        chunks += [order[at : at + batch] for at in range(0, count - batch + 1, batch)]
    return chunks[:steps]
