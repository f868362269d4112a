"""Pick the fastest engine that agrees with plain torch, by a short self-test at start-up."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import nn

from ml.contracts.engine import Engine
from ml.inference.golden import golden_picture
from ml.inference.runtimes.base import EngineUnavailableError, Pictures, Runtime, Shares
from ml.inference.runtimes.openvino_engine import (
    BRAIN,
    SINGLE,
    OpenVinoConverter,
    OpenVinoRuntime,
)
from ml.inference.runtimes.torch_engine import TorchRuntime, require_bf16

logger = logging.getLogger(__name__)

CPU_BATCHES = (4, 1, 8)
CPU_DEFAULT = 8
GPU_BATCH = 64
_PICTURES = 8
_ROUNDS = 3
# An engine that computes less exactly must be worth it.
_WORTH = 1.1


@dataclass(frozen=True, slots=True)
class SelfTest:
    """How long to look and how much an engine may differ from torch in single precision.

    ``budget_s``: after this much processor time no further candidate is tried; plain torch, which
    all are compared with, costs nothing of it. ``bin_gap``: the largest difference of any share;
    ``mean_gap``: of any mean score, in points of 1-10.
    ``clock`` and ``stopwatch`` return seconds. Both count processor time by default, so that
    a busy machine neither cuts the test short nor hides which engine needs less of it; an
    accelerator is timed by the wall.
    """

    budget_s: float = 3.0
    bin_gap: float = 0.005
    mean_gap: float = 0.02
    clock: Callable[[], float] = time.process_time
    stopwatch: Callable[[], float] = time.process_time


@dataclass(frozen=True, slots=True)
class Candidate:
    """An engine to try, made only when its turn comes. ``exact``: in single precision."""

    name: str
    build: Callable[[], Runtime]
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a candidate: pictures per second of the stopwatch, or why it may not serve."""

    name: str
    micro_batch: int
    rate: float
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine that serves, and all trials that led to it."""

    runtime: Runtime
    trials: tuple[Trial, ...]


def choose(
    network: nn.Module,
    *,
    side: int,
    device: torch.device,
    engine: Engine = Engine.AUTO,
    test: SelfTest | None = None,
) -> Choice:
    """An engine for ``network``, which maps (B, 3, side, side) in 0..255 to (B, 10) shares.

    A pinned engine is built without a test; where it cannot run, torch serves and the log says
    why. ``auto`` times the candidates on a few made pictures. Never raises for lack of an engine.
    """
    reference = TorchRuntime(network, device=device, micro_batch=_default_batch(device))
    if engine is Engine.TORCH:
        return Choice(reference, ())
    found = candidates(network, side=side, device=device)
    if engine is not Engine.AUTO:
        return _pinned(engine, found, reference)
    pictures = np.stack(
        [np.asarray(golden_picture(seed=seed, side=side)) for seed in range(_PICTURES)]
    )
    test = test or SelfTest()
    if device.type != "cpu":
        test = replace(test, stopwatch=time.perf_counter)
    return elect(reference, found, pictures=pictures, test=test)


def elect(
    reference: Runtime,
    found: Sequence[Candidate],
    *,
    pictures: Pictures,
    test: SelfTest,
) -> Choice:
    """The fastest of ``reference`` and those of ``found`` that agree with it on ``pictures``."""
    expected = _shares(reference, pictures)
    best, best_rate = reference, _rate(reference, pictures, test)
    trials = [Trial(reference.name, reference.micro_batch, best_rate)]
    began = test.clock()
    for candidate in found:
        if test.clock() - began > test.budget_s:
            logger.info("self-test: no time left for %s", candidate.name)
            break
        trial, runtime = _try(candidate, pictures, expected, test)
        trials.append(trial)
        needed = best_rate if candidate.exact else best_rate * _WORTH
        if runtime is not None and trial.rate > needed:
            best, best_rate = runtime, trial.rate
    logger.info(
        "self-test: %s serves, %d at a time (%s)",
        best.name, best.micro_batch, "; ".join(_line(trial) for trial in trials),
    )  # fmt: skip
    return Choice(best, tuple(trials))


def candidates(network: nn.Module, *, side: int, device: torch.device) -> tuple[Candidate, ...]:
    """What may run on ``device`` beside plain torch, most promising first."""
    if device.type != "cpu":
        return (
            Candidate("torch-half", lambda: _torch(network, device, torch.float16), exact=False),
            Candidate("torch-bf16", lambda: _torch(network, device, torch.bfloat16), exact=False),
        )
    threads = torch.get_num_threads()
    made: list[OpenVinoConverter] = []

    def openvino(batch: int, precision: str) -> Runtime:
        if not made:
            made.append(OpenVinoConverter(network, side=side))
        if precision == BRAIN and not made[0].computes_bf16:
            raise EngineUnavailableError("this cpu does not compute in bf16")
        return OpenVinoRuntime(made[0], micro_batch=batch, threads=threads, precision=precision)

    return (
        *(Candidate("openvino", partial(openvino, batch, SINGLE)) for batch in CPU_BATCHES),
        Candidate("openvino-bf16", partial(openvino, CPU_BATCHES[0], BRAIN), exact=False),
        Candidate("torch-bf16", lambda: _torch(network, device, torch.bfloat16), exact=False),
    )


def _torch(network: nn.Module, device: torch.device, precision: torch.dtype) -> Runtime:
    if precision is torch.bfloat16:
        require_bf16(device)
    batch = _default_batch(device)
    return TorchRuntime(network, device=device, micro_batch=batch, precision=precision)


def _pinned(engine: Engine, found: Sequence[Candidate], reference: Runtime) -> Choice:
    build = next((each.build for each in found if each.name == engine), None)
    reason = "there is no such engine for this device"
    if build is not None:
        try:
            return Choice(build(), ())
        except EngineUnavailableError as error:
            reason = str(error)
    logger.warning("%s cannot serve, torch does: %s", engine.value, reason)
    return Choice(reference, (Trial(engine.value, 0, 0.0, reason),))


def _try(
    candidate: Candidate, pictures: Pictures, expected: Shares, test: SelfTest
) -> tuple[Trial, Runtime | None]:
    """Build, compare, time. A candidate that fails has a trial that says why."""
    try:
        runtime = candidate.build()
        if refusal := _disagreement(_shares(runtime, pictures), expected, test):
            return Trial(candidate.name, runtime.micro_batch, 0.0, refusal), None
        rate = _rate(runtime, pictures, test)
    except (EngineUnavailableError, RuntimeError) as error:
        return Trial(candidate.name, 0, 0.0, str(error)), None
    return Trial(candidate.name, runtime.micro_batch, rate), runtime


def _disagreement(actual: Shares, expected: Shares, test: SelfTest) -> str:
    """Why ``actual`` may not stand for ``expected``; empty when it may."""
    if actual.shape != expected.shape or not np.isfinite(actual).all():
        return "its shares are not finite or of another shape"
    bins = np.arange(1, expected.shape[1] + 1)
    by_bin = float(np.abs(actual - expected).max())
    by_mean = float(np.abs((actual - expected) @ bins).max())
    if by_bin > test.bin_gap or by_mean > test.mean_gap:
        return f"it differs from torch by {by_bin:.4f} in a share and {by_mean:.4f} in a mean"
    return ""


def _rate(runtime: Runtime, pictures: Pictures, test: SelfTest) -> float:
    """Pictures per second, best of a few rounds."""
    spent: list[float] = []
    for _ in range(_ROUNDS):
        began = test.stopwatch()
        _shares(runtime, pictures)
        spent.append(test.stopwatch() - began)
    return len(pictures) / max(min(spent), 1e-9)


def _shares(runtime: Runtime, pictures: Pictures) -> Shares:
    step = runtime.micro_batch
    batches = (pictures[start : start + step] for start in range(0, len(pictures), step))
    return np.concatenate(runtime.run(batches))


def _line(trial: Trial) -> str:
    if trial.refusal:
        return f"{trial.name}: {trial.refusal}"
    return f"{trial.name} x{trial.micro_batch}: {trial.rate:.0f}/s"


def _default_batch(device: torch.device) -> int:
    return CPU_DEFAULT if device.type == "cpu" else GPU_BATCH
