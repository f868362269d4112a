"""Claim -> lay out the folder -> let a process of its own train -> record what came of it."""

import errno
import logging
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.utils import timezone

from ml.contracts.retrain import (
    Mistake,
    RefusalCode,
    RunExit,
    RunRecipe,
    Said,
    SaidKind,
    parse_said,
)
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, LostLeaseError
from webapp.jobs.models import JobKind
from webapp.training import recording
from webapp.training.models import LIVE_RUNS, TrainingRun
from webapp.training.recording import Grid, Heard, Line
from webapp.training.usable import usable
from workers import identity
from workers.runtime import run_folder
from workers.runtime.child import Child
from workers.runtime.pulse import pulse
from workers.runtime.stopping import stopping
from workers.runtime.weights import ModelFilesError

logger = logging.getLogger(__name__)

LISTEN_S: Final = 0.5  # pages hear of a run no more often
STOP_WITHIN_S: Final = 60.0  # a batch and a checkpoint
WHOLE_NETWORKS: Final = (RunRecipe.FINE_TUNE, RunRecipe.SCRATCH)
RETRAIN = ("-m", "ml.cli", "retrain")
NO_SPACE: Final = "The disk of the training worker is full. Make room, then repeat the run."


class _AskedToStopError(Exception):
    """Somebody paused or cancelled the run, or its worker stops, before anything was started."""


@dataclass(slots=True)
class Ended:
    """How the process ended: its status, the refusal that it gave, whether we made it stop."""

    status: int
    refused: Said | None
    asked_to_stop: bool
    last_words: str


@dataclass(slots=True)
class _Ear:
    """What was said since it was last written down, of a run in ``folder``."""

    folder: Path
    step: Said | None = None
    points: list[Said] = field(default_factory=list)
    mistakes: tuple[Mistake, ...] | None = None
    lines: list[Line] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    refused: Said | None = None

    def hear(self, line: str) -> None:
        line = line.replace("\0", "").replace("\\u0000", "")  # Postgres holds none
        said = parse_said(line)
        if said is None or said.kind is SaidKind.NOTE:
            self.lines.append(Line(timezone.now(), line.strip() if said is None else said.text))
        elif said.kind is SaidKind.STEP:
            self.step = said
        elif said.kind is SaidKind.EPOCH:
            self.points.append(said)
        elif said.kind is SaidKind.MISTAKES:
            self.mistakes = said.mistakes
        elif said.kind is SaidKind.SAMPLES:
            grid = run_folder.grid(self.folder, said)
            self.grids += [] if grid is None else [grid]
        elif said.kind is SaidKind.REFUSED:
            self.refused = said

    def take(self) -> Heard:
        """All of it, and begin afresh."""
        heard = Heard(
            self.step, tuple(self.points), self.mistakes, tuple(self.lines), tuple(self.grids)
        )
        self.step, self.mistakes = None, None
        self.points, self.lines, self.grids = [], [], []
        return heard


def train_next(queues: Sequence[str]) -> int:
    """Work on one run of the first queue that has any; returns how many jobs were taken."""
    if stopping.is_set():
        return 0
    claims = jobs.claim(queues, kind=JobKind.TRAIN, worker=identity.me().process)
    for claim in claims:
        with pulse.holding([claim]):
            try:
                _work_on(claim)
            except LostLeaseError:
                logger.info("lost the lease of the run %s", claim.subject)
            except Exception as error:
                text = f"The worker met an error of its own ({type(error).__name__}); see its log."
                with suppress(LostLeaseError):
                    recording.crash(claim, "worker_error", text)
                raise
    return len(claims)


def _work_on(claim: Claim) -> None:
    run_folder.sweep()
    if claim.exhausted:
        text = "Workers stopped while training, again and again without a new epoch between."
        recording.crash(claim, "worker_lost", text)
        return
    run = recording.begin(claim)
    if run is None:
        return
    try:
        own = usable(run.snapshot).count()
        folder = run_folder.lay_out(run, lambda done, of: _fetching(claim, done, of, own=own))
    except ModelFilesError as error:
        recording.refuse(claim, RefusalCode.CHAMPION_UNFIT, str(error))
    except _AskedToStopError:
        recording.stop(claim)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        recording.refuse(claim, RefusalCode.DISK_FULL, NO_SPACE)
    else:
        _settle(claim, run, _train(claim, run, folder))
    if not TrainingRun.objects.filter(pk=run.pk, state__in=LIVE_RUNS).exists():
        run_folder.throw_away(run.pk)


def _fetching(claim: Claim, done: int, total: int, *, own: int) -> None:
    """``own``: how many are the snapshot's; slices of the gate need others.

    Raises _AskedToStopError.
    """
    text = "Fetching the pictures"
    if total > own:
        text += f", with {total - own:,} test pictures of other snapshots"
    wish = recording.keep(claim, Heard(Said(SaidKind.STEP, text=text, done=done, total=total)))
    if wish or stopping.is_set():
        raise _AskedToStopError


def _train(claim: Claim, run: TrainingRun, folder: Path) -> Ended:
    """Listen to the process until it ends. Raises LostLeaseError, and then it is gone."""
    command, last = _command(run, folder)
    ear = _Ear(folder)
    asked_at: float | None = None
    with Child(command, errors=folder / "errors.log", last=last) as child:
        while not child.ended:
            for line in child.listen(LISTEN_S):
                ear.hear(line)
            wish = recording.keep(claim, ear.take())
            if asked_at is None and (wish or stopping.is_set()):
                child.ask_to_stop()
                asked_at = time.monotonic()
            elif asked_at is not None and time.monotonic() - asked_at > STOP_WITHIN_S:
                child.kill()
        return Ended(child.wait(), ear.refused, asked_at is not None, child.last_words())


def _command(run: TrainingRun, folder: Path) -> tuple[list[str], int]:
    """What trains, and the signal that reaches it when this worker dies."""
    gpus = _gpus()
    device = "cuda" if gpus else "cpu"
    cache = str(run_folder.cache_folder())
    retrain = [*RETRAIN, str(folder), "--cache", cache, "--device", device]
    if gpus < 2 or run.recipe not in WHOLE_NETWORKS:
        return [sys.executable, *retrain], signal.SIGKILL
    torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={gpus}"]
    return [sys.executable, *torchrun, *retrain], signal.SIGTERM  # it ends its own children


def _gpus() -> int:
    """Told by device files: asking CUDA would need torch."""
    return len(list(Path("/dev").glob("nvidia[0-9]*")))


def _settle(claim: Claim, run: TrainingRun, ended: Ended) -> None:
    if ended.refused is not None:
        recording.refuse(claim, ended.refused.code, ended.refused.text)
    elif ended.status == RunExit.DONE:
        try:
            recording.finish(claim, run_folder.learned(run))
        except run_folder.BadResultError as error:
            recording.refuse(claim, error.code, str(error))
    elif ended.asked_to_stop or ended.status == RunExit.STOPPED:
        recording.stop(claim)
    else:
        _tell_why(claim, ended)


def _tell_why(claim: Claim, ended: Ended) -> None:
    how = f"by signal {-ended.status}" if ended.status < 0 else f"with status {ended.status}"
    words = ended.last_words or "it said nothing on its standard error"
    logger.warning("run %s broke off %s: %s", claim.subject, how, words)
    lines = [Line(timezone.now(), line) for line in ended.last_words.splitlines()[-5:]]
    recording.keep(claim, Heard(lines=lines))
    recording.crash(claim, "broke_off", f"The process that trained ended {how}.")
