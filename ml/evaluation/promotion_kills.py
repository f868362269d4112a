"""Kill the process that trains, in the midst of an epoch, and see whether it ends the same."""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import numpy as np

from ml.contracts.retrain import RunExit, Said, SaidKind, parse_said
from ml.contracts.verdict import Verdict, read_report

Tell = Callable[[str], None]
Epoch = Said  # an epoch's line, but for what a clock says of it


class RunFailedError(RuntimeError):
    """The command ended without a report: whoever measures must look at what it said."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run came to. ``weights``: their digest."""

    weights: str
    verdict: Verdict
    epochs: tuple[Epoch, ...]


@dataclass(frozen=True, slots=True)
class Killed:
    """``at``: how many epochs had been told when it was killed.

    ``same_weights``: to the last bit. ``same_figures``: of the verdict and of every epoch.
    """

    at: int
    same_weights: bool
    same_figures: bool


def kills(
    folder: Path, command: Callable[[Path], Sequence[str]], *, times: int, seed: int, tell: Tell
) -> tuple[int, tuple[Killed, ...]]:
    """Epochs of the undisturbed run, and how each killed run ended.

    ``folder``: a run that is ready to start, which is copied for each. ``command``: starts a
    folder. Raises RunFailedError.
    """
    calm = _finish(_copy(folder, "calm"), command)
    generator = np.random.default_rng(seed)
    total = len(calm.epochs)
    found = []
    for number in range(times):
        at = int(generator.integers(1, max(total, 2)))
        tell(f"kills: {number + 1} of {times}, after epoch {at} of {total}")
        run = _copy(folder, f"killed-{number + 1}")
        before = _kill(run, command, after=at, wait_s=float(generator.uniform(0.0, 0.05)))
        ended = _finish(run, command)
        told = tuple(dict.fromkeys((*before, *ended.epochs)))
        found.append(
            Killed(
                at=len(before),
                same_weights=ended.weights == calm.weights,
                same_figures=_figures(ended.verdict) == _figures(calm.verdict)
                and told == calm.epochs,
            )
        )
    return total, tuple(found)


def _copy(folder: Path, name: str) -> Path:
    target = folder.with_name(f"{folder.name}-{name}")
    copytree(folder, target, symlinks=True)
    return target


def _kill(
    run: Path, command: Callable[[Path], Sequence[str]], *, after: int, wait_s: float
) -> tuple[Epoch, ...]:
    """Start, and kill -9 a moment after an epoch was told. Returns the epochs that were told.

    Raises RunFailedError for one that ended by itself.
    """
    told = []
    with subprocess.Popen(command(run), stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        for line in process.stdout or ():
            told += _epochs(line)
            if len(told) == after:
                time.sleep(wait_s)
                process.kill()
                break
        rest = "" if process.stdout is None else process.stdout.read()
    if process.returncode != -signal.SIGKILL:
        raise RunFailedError(f"status {process.returncode} before it was killed")
    for line in rest.splitlines():
        told += _epochs(line)
    return tuple(told)


def _finish(run: Path, command: Callable[[Path], Sequence[str]]) -> Ended:
    done = subprocess.run(command(run), stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if done.returncode != RunExit.DONE:
        raise RunFailedError(f"status {done.returncode}: {done.stdout[-500:]}")
    return Ended(
        weights=sha256((run / "challenger.safetensors").read_bytes()).hexdigest(),
        verdict=read_report(run / "report.json").verdict,
        epochs=tuple(epoch for line in done.stdout.splitlines() for epoch in _epochs(line)),
    )


def _epochs(line: str) -> list[Epoch]:
    said = parse_said(line)
    if said is None or said.kind is not SaidKind.EPOCH:
        return []
    return [replace(said, images_per_s=None, eta_s=None)]


def _figures(verdict: Verdict) -> tuple[object, ...]:
    """What two runs must have in common: all but how fast the machine was."""
    return (
        verdict.challenger.srcc,
        verdict.challenger.emd_r2,
        verdict.challenger.mae,
        verdict.challenger.coverage,
        verdict.gain,
        verdict.emd_gain,
        verdict.slices,
    )
