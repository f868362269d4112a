"""What training says while it runs, how it is stopped, and what a fit remembers of every epoch."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import torch

from ml.evaluation.metrics import Array
from ml.training.ddp import World

Said = TypeVar("Said")


class TrainingStoppedError(RuntimeError):
    """The caller asked to stop: nothing was saved but what the message names."""


class NonFiniteLossError(ArithmeticError):
    """The loss became NaN or infinite: lower the rates in the recipe, or use fp32."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the training of a scorer stands: ``step`` in words, ``done`` of ``total`` within it."""

    step: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One line of the history. ``loss``: mean over the epoch's updates; ``rate``: of the last.

    ``srcc``, ``emd_r2`` and ``coverage``, of an interval sized on the other half of them, are of
    the validation pictures, None without any.
    """

    phase: str
    epoch: int
    loss: float
    rate: float
    seconds: float
    images_per_s: float
    srcc: float | None
    emd_r2: float | None
    coverage: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EpochEnd:
    """A finished epoch of ``epochs`` in its phase, its state kept.

    ``guessed``: (validation, 10) shares; None without any, and where an earlier run made them.
    """

    record: EpochRecord
    epochs: int
    guessed: Array | None


@dataclass(frozen=True, slots=True)
class FitProgress:
    """Where a fit stands after an update. ``eta_s``: seconds left in this phase, estimated.

    ``epoch`` of ``epochs`` and ``step`` of ``steps`` within the epoch count from 1. ``last`` is
    the latest finished epoch with its validation figures.
    """

    phase: str
    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    rate: float
    images_per_s: float
    eta_s: float
    last: EpochRecord | None


@dataclass(frozen=True, slots=True)
class Callbacks(Generic[Said]):
    """How a run talks to its caller, who hears nothing and never stops it if left out.

    ``should_stop`` is asked before every piece of work: an update, a batch, a fold.
    """

    on_progress: Callable[[Said], None] = lambda _said: None
    should_stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class FitContext:
    """Where a fit runs. ``checkpoint``: the file it is resumed from, None to keep none.

    ``cache``: folder of pixels and features that later fits read again. ``on_epoch``: told of each
    finished epoch, and first of those that an earlier run finished.
    """

    callbacks: Callbacks[FitProgress] = field(default_factory=Callbacks)
    on_epoch: Callable[[EpochEnd], None] = lambda _end: None
    world: World = field(default_factory=World)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    checkpoint: Path | None = None
    cache: Path | None = None
