"""Teach a recogniser by one of the ways, on maps that were looked at before."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import exp

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ml.contracts.objects import NONE_LABEL
from ml.inference.frozen import run_frozen
from ml.layers.reversal import reversed_gradient
from ml.models.recogniser import Recogniser, SmallNetwork, TaughtPart
from ml.training.progress import Callbacks, NonFiniteLossError, Progress, TrainingStoppedError
from ml.training.recogniser.looking import Seen
from ml.training.recogniser.recipes import RecogniserConfig, Way

Rows = NDArray[np.intp]
_GAMMA = 10.0  # of the schedule of the domain's weight
_DOMAIN_WIDTH = 64
_CHUNK = 128
_UNLIKELY = -3.0  # the logit of a class before anything is known


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Photos with their classes, the same in other styles, and paintings of which nothing is known.

    ``photos``: ``views`` rows of every picture, picture by picture; ``labels``: of the pictures.
    ``styled``: one row a picture of ``styled_rows``.
    """

    photos: Seen
    views: int
    labels: tuple[tuple[int, ...], ...]
    classes: int
    styled: Seen
    styled_rows: Rows
    paintings: Seen

    @property
    def targets(self) -> Tensor:
        """(pictures, K): 1 for what a picture holds."""
        return targets_of(self.labels, self.classes)


@dataclass(frozen=True, slots=True)
class Draw:
    """A batch. ``rows``: of the photos; ``styled``: of the styled ones; ``pictures``: of both."""

    rows: Rows
    styled: Rows
    pictures: Rows
    done: float


def targets_of(labels: Sequence[tuple[int, ...]], classes: int) -> Tensor:
    """(n, K): 1 for each class that a picture holds, all 0 for none of them."""
    targets = torch.zeros(len(labels), classes)
    for row, held in enumerate(labels):
        for label in held:
            if label != NONE_LABEL:
                targets[row, label] = 1.0
    return targets


def fit_small(
    lesson: Lesson, config: RecogniserConfig, *, callbacks: Callbacks[Progress]
) -> SmallNetwork:
    """From random numbers, on small pictures. Raises TrainingStoppedError, NonFiniteLossError."""
    torch.manual_seed(config.seed)
    network = SmallNetwork(classes=lesson.classes)
    targets = lesson.targets

    def loss_of(draw: Draw) -> Tensor:
        pixels = lesson.photos.small[torch.from_numpy(draw.rows)].float()
        return _loss(network(pixels), targets[torch.from_numpy(draw.pictures)], config)

    groups = [{"params": list(network.parameters()), "lr": config.small_rate}]
    draws = _draws(lesson, config, epochs=config.small_epochs, styled_share=0.0)
    _update(network, groups, draws, loss_of, config, callbacks, step="from scratch")
    return network


def fit_head(
    network: Recogniser, lesson: Lesson, config: RecogniserConfig, *,
    callbacks: Callbacks[Progress],
) -> TaughtPart:  # fmt: skip
    """The backbone as it is with a new head. Raises TrainingStoppedError, NonFiniteLossError."""
    torch.manual_seed(config.seed)
    taught = deepcopy(network.taught)
    nn.init.zeros_(taught.head.weight)
    assert taught.head.bias is not None
    nn.init.constant_(taught.head.bias, _UNLIKELY)
    features = in_chunks(taught.features, lesson.photos.maps)
    targets = lesson.targets

    def loss_of(draw: Draw) -> Tensor:
        logits = taught.judged(features[torch.from_numpy(draw.rows)])
        return _loss(logits, targets[torch.from_numpy(draw.pictures)], config)

    taught.head.requires_grad_(requires_grad=True)
    groups = [{"params": list(taught.head.parameters()), "lr": config.head_rate}]
    draws = _draws(lesson, config, epochs=config.head_epochs, styled_share=0.0)
    _update(taught, groups, draws, loss_of, config, callbacks, step="the head")
    return taught


def fit_end(
    start: TaughtPart, lesson: Lesson, config: RecogniserConfig, way: Way, *,
    callbacks: Callbacks[Progress],
) -> TaughtPart:  # fmt: skip
    """Head and end of the backbone, from ``start``: by photos, styles, or with an adversary.

    Raises TrainingStoppedError, NonFiniteLossError.
    """
    torch.manual_seed(config.seed)
    taught = deepcopy(start).requires_grad_(requires_grad=True)
    judge = _domain_judge(taught.head.in_channels)
    rng = np.random.default_rng((config.seed, 5))
    targets = lesson.targets

    def loss_of(draw: Draw) -> Tensor:
        maps = lesson.photos.maps[torch.from_numpy(draw.rows)]
        if len(draw.styled):
            maps = torch.cat([maps, lesson.styled.maps[torch.from_numpy(draw.styled)]])
        features = taught.features(maps.float())
        wanted = targets[torch.from_numpy(draw.pictures)]
        loss = _loss(taught.judged(features), wanted, config)
        if way is not Way.ADVERSARIAL:
            return loss
        drawn = rng.integers(len(lesson.paintings.maps), size=config.painting_batch)
        art = taught.features(lesson.paintings.maps[torch.from_numpy(drawn)].float())
        photos = features[: len(draw.rows)]
        return loss + _domain_loss(judge, photos, art, weight=_domain_weight(draw.done, config))

    groups = [
        {"params": list(taught.end.parameters()), "lr": config.rate},
        {"params": list(taught.head.parameters()), "lr": config.head_rate / 3},
        {"params": list(judge.parameters()), "lr": config.head_rate / 3},
    ]
    styled = 0.0 if way is Way.PHOTOS else 0.5
    draws = _draws(lesson, config, epochs=config.epochs, styled_share=styled)
    _update(taught, groups, draws, loss_of, config, callbacks, step=f"{way}")
    return taught.requires_grad_(requires_grad=False)


def in_chunks(function: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
    """``function`` of all rows, without gradients, some at a time."""
    parts = [run_frozen(function, part.float()) for part in torch.split(rows, _CHUNK)]
    return torch.cat(parts).clone()


def _domain_judge(width: int) -> nn.Module:
    return nn.Sequential(nn.Linear(width, _DOMAIN_WIDTH), nn.ReLU(), nn.Linear(_DOMAIN_WIDTH, 1))


def _domain_loss(judge: nn.Module, photos: Tensor, art: Tensor, *, weight: float) -> Tensor:
    """How well the two domains are told apart, each counting as much; reversed below."""
    losses = [
        functional.softplus(sign * judge(reversed_gradient(part, weight))).mean()
        for sign, part in ((1.0, photos), (-1.0, art))
    ]
    return losses[0] + losses[1]


def _domain_weight(done: float, config: RecogniserConfig) -> float:
    return config.domain_weight * (2.0 / (1.0 + exp(-_GAMMA * done)) - 1.0)


def _loss(logits: Tensor, targets: Tensor, config: RecogniserConfig) -> Tensor:
    """Of every class by itself, summed over classes, mean over pictures."""
    weight = torch.full((logits.shape[1],), config.positive)
    losses = functional.binary_cross_entropy_with_logits(
        logits, targets, pos_weight=weight, reduction="none"
    )
    return losses.sum(dim=1).mean()


def _draws(
    lesson: Lesson, config: RecogniserConfig, *, epochs: int, styled_share: float
) -> list[Draw]:
    """All batches of a run: pictures by the inverse frequency of their classes."""
    rng = np.random.default_rng((config.seed, 3))
    chances = _chances(lesson, none_share=config.none_share)
    steps = max(1, epochs * len(lesson.labels) // config.batch)
    styled_of = {int(picture): row for row, picture in enumerate(lesson.styled_rows)}
    found: list[Draw] = []
    for step in range(steps):
        pictures = rng.choice(len(chances), size=config.batch, p=chances)
        views = rng.integers(lesson.views, size=config.batch)
        to_style = rng.random(config.batch) < styled_share
        plain = [at for at, p in enumerate(pictures) if not (to_style[at] and int(p) in styled_of)]
        other = sorted(set(range(config.batch)) - set(plain))
        found.append(
            Draw(
                rows=pictures[plain] * lesson.views + views[plain],
                styled=np.array([styled_of[int(pictures[at])] for at in other], dtype=np.intp),
                pictures=np.concatenate([pictures[plain], pictures[other]]),
                done=step / steps,
            )
        )
    return found


def _chances(lesson: Lesson, *, none_share: float) -> NDArray[np.float64]:
    """Of each picture to be drawn: by its rarest class; ``none_share`` for all without any."""
    targets = lesson.targets.numpy()
    counts = np.maximum(targets.sum(axis=0), 1.0)
    chances = (targets / counts).max(axis=1).astype(np.float64)
    without = chances == 0.0
    if without.any() and not without.all():
        chances[~without] *= (1 - none_share) / chances[~without].sum()
        chances[without] = none_share / without.sum()
    shares: NDArray[np.float64] = chances / chances.sum()
    return shares


def _update(
    module: nn.Module,
    groups: list[dict[str, object]],
    draws: Sequence[Draw],
    loss_of: Callable[[Draw], Tensor],
    config: RecogniserConfig,
    callbacks: Callbacks[Progress],
    *,
    step: str,
) -> None:
    optimiser = torch.optim.AdamW(groups, weight_decay=config.decay)
    highest = [float(str(group["lr"])) for group in groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, highest, total_steps=max(len(draws), 2), pct_start=0.2
    )
    module.train()
    for number, draw in _numbered(draws, callbacks):
        loss = loss_of(draw)
        if not bool(torch.isfinite(loss)):
            raise NonFiniteLossError(f"the loss is {loss.item()} at step {number}")
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        callbacks.on_progress(Progress(step, number, len(draws)))
    module.eval()


def _numbered(draws: Sequence[Draw], callbacks: Callbacks[Progress]) -> Iterator[tuple[int, Draw]]:
    for number, draw in enumerate(draws, start=1):
        if callbacks.should_stop():
            raise TrainingStoppedError("training was stopped")
        yield number, draw
