"""What the training worker writes down. Each ending of a run settles its job as well.

Everything is fenced by the claim: what a worker says that lost its lease is rolled back with
LostLeaseError. The run is locked before its job, as by whoever pauses or cancels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from ml.contracts.retrain import OVERALL, Mistake, Said
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.models import Job, JobState
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion, StoredWeights
from webapp.training import proving
from webapp.training.grids import Grid as Grid
from webapp.training.grids import keep_grids
from webapp.training.models import (
    LIVE_RUNS,
    RunFile,
    RunLine,
    RunPoint,
    RunState,
    TrainingRun,
    Wish,
)
from webapp.training.sealed import keep_judged
from webapp.training.snapshots import kind_in
from webapp.training.telling import tell_run, tell_staff

ATTEMPTS: Final = 3  # without a new epoch between them
LONGEST_LINE: Final = 2000
STEP_BACK: Final = {"text": "Waits for a worker to go on."}
WISHED: Final = {Wish.PAUSE: RunState.PAUSED, Wish.CANCEL: RunState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Line:
    """Something for the log, and when it was said."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a run has said since it was last written down; `mistakes` None: nothing new of them."""

    step: Said | None = None
    points: Sequence[Said] = ()
    mistakes: Sequence[Mistake] | None = None
    lines: Sequence[Line] = ()
    grids: Sequence[Grid] = ()


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file to keep."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Learned:
    """What a run ends with: the challenger, the gate's report as JSON, and files to keep."""

    digest: str
    weights: bytes
    card: Mapping[str, Any]
    report: Mapping[str, Any]
    files: Sequence[Artefact] = field(default=())


@transaction.atomic
def begin(claim: Claim) -> TrainingRun | None:
    """Start the run or go on with it; None when nothing is to be done any more.

    The first attempt settles whom it is compared with. A failed one is tried again when staff
    retried its job.
    """
    run = _held(claim)
    if run is None or run.state in (RunState.CANCELLED, RunState.DONE):
        jobs.finish(claim)
        return None
    if run.wish:
        _stop(claim, run)
        return None
    if run.started_at is None:
        run.champion = registry.active(kind_in(run.snapshot, run.recipe))
        run.started_at = timezone.now()
    run.state, run.error_code, run.error_text, run.ended_at = RunState.RUNNING, "", "", None
    run.save()
    tell_staff([run.pk])
    tell_run(run.pk)
    return run


@transaction.atomic
def keep(claim: Claim, heard: Heard) -> str:
    """Write down what was said; returns what people want of the run (a Wish), or nothing."""
    run = _held(claim)
    require(ours=run is not None)
    assert run is not None
    if heard.points and _keep_points(run, heard.points):
        jobs.forgive(claim, ATTEMPTS)
    RunLine.objects.bulk_create(
        RunLine(run=run, at=line.at, text=line.text[:LONGEST_LINE]) for line in heard.lines
    )
    if heard.grids:
        keep_grids(run, heard.grids)
    changed = []
    if heard.step is not None:
        run.step = _step(heard.step)
        changed.append("step")
    if heard.mistakes is not None:
        run.mistakes = [asdict(each) for each in heard.mistakes]
        changed.append("mistakes")
    if changed:
        run.save(update_fields=changed)
    if heard != Heard():
        tell_run(run.pk)
    return run.wish


@transaction.atomic
def finish(claim: Claim, learned: Learned) -> ModelVersion:
    """Register the challenger with its verdict and its files; who judges stays as it is."""
    run = _held(claim)
    require(ours=run is not None and jobs.finish(claim))
    assert run is not None
    run.version = _registered(kind_in(run.snapshot, run.recipe), learned)
    keep_judged(run, learned.digest)
    proving.write_down(run.version.pk, proving.flaw_in(learned.report))
    run.verdict = dict(learned.report)
    run.passed = bool(learned.report["verdict"]["passed"])
    run.files.all().delete()
    RunFile.objects.bulk_create(
        RunFile(run=run, name=file.name, content_type=file.content_type, data=file.data)
        for file in learned.files
    )
    run.step = {}
    _end(run, RunState.DONE)
    tell_staff([run.version.pk])
    return run.version


@transaction.atomic
def refuse(claim: Claim, code: str, text: str) -> None:
    """End it with a reason that trying again does not mend."""
    run = _held(claim)
    require(ours=jobs.fail(claim, code, text))
    if run is not None:
        _fail(run, code, text)


@transaction.atomic
def crash(claim: Claim, code: str, text: str) -> None:
    """An attempt broke off: another goes on from the last checkpoint, unless too many did."""
    run = _held(claim)
    if claim.attempt < _allowed(claim):
        require(ours=jobs.release(claim, code, text))
        _note(run, f"{text} It is tried again from where it stood.")
        return
    require(ours=jobs.bury(claim, code, text))
    if run is not None:
        _fail(run, code, text)


@transaction.atomic
def stop(claim: Claim) -> None:
    """The process ended as it was asked to: for a wish, or because its worker stops."""
    run = _held(claim)
    require(ours=run is not None)
    assert run is not None
    if run.wish:
        _stop(claim, run)
        return
    require(ours=jobs.give_back(claim))
    _note(run, "The worker stops; the run goes on with the next one.")


def target_of(run: TrainingRun) -> str:
    """What is learned: `overall`, or the key of an attribute."""
    return run.snapshot.attribute_id or OVERALL


def end(run: TrainingRun, state: RunState) -> None:
    """It goes on no more, or not now; inside a transaction that holds the run and its job."""
    run.step = {}
    _end(run, state)


def _held(claim: Claim) -> TrainingRun | None:
    """The run, locked, of a claim that is still ours. Raises LostLeaseError."""
    rows = TrainingRun.objects.select_for_update(of=("self",), no_key=True)
    run = rows.select_related("snapshot").filter(pk=claim.subject).first()
    require(ours=jobs.holds(claim))
    return run


def _stop(claim: Claim, run: TrainingRun) -> None:
    jobs.cancel(Job.objects.filter(pk=claim.id))
    end(run, WISHED[Wish(run.wish)])


def _fail(run: TrainingRun, code: str, text: str) -> None:
    if run.state not in LIVE_RUNS:
        return
    run.error_code, run.error_text = code, text
    RunLine.objects.create(run=run, text=text[:LONGEST_LINE])
    _end(run, RunState.FAILED)


def _end(run: TrainingRun, state: RunState) -> None:
    run.state, run.wish = state, ""
    run.ended_at = None if state == RunState.PAUSED else timezone.now()
    run.save()
    tell_staff([run.pk])
    tell_run(run.pk)


def _note(run: TrainingRun | None, text: str) -> None:
    if run is not None:
        RunLine.objects.create(run=run, text=text)
        run.step = STEP_BACK
        run.save(update_fields=["step"])
        tell_run(run.pk)


def _keep_points(run: TrainingRun, points: Sequence[Said]) -> bool:
    """Whether one of them was not there before."""
    known = set(run.curve.values_list("phase", "epoch"))
    newest = {(each.phase, each.done): each for each in points}
    RunPoint.objects.bulk_create(
        [
            RunPoint(
                run=run, phase=phase, epoch=epoch, epochs=max(said.total, epoch), loss=said.loss,
                discriminator=said.discriminator, kid=said.kid, srcc=said.srcc, emd_r2=said.emd_r2,
                coverage=said.coverage, images_per_s=said.images_per_s, watched=said.watched,
            )
            for (phase, epoch), said in newest.items()
        ],
        update_conflicts=True,
        unique_fields=["run", "phase", "epoch"],
        update_fields=[
            "epochs", "loss", "discriminator", "kid", "srcc", "emd_r2", "coverage",
            "images_per_s", "watched", "at",
        ],
    )  # fmt: skip
    return bool(newest.keys() - known)


def _step(said: Said) -> dict[str, object]:
    return {"text": said.text, "done": said.done, "total": said.total, "eta_s": said.eta_s}


def _registered(kind: ModelKind, learned: Learned) -> ModelVersion:
    """A run that is repeated makes the same weights: they stay one version, with its first card."""
    version, new = ModelVersion.objects.get_or_create(
        kind=kind,
        digest=learned.digest,
        defaults={"name": str(learned.card["version"]), "card": dict(learned.card)},
    )
    if new:
        StoredWeights.objects.create(version=version, data=learned.weights)
    return version


def _allowed(claim: Claim) -> int:
    """New epochs of this attempt may have earned it further ones."""
    found = Job.objects.filter(pk=claim.id, state=JobState.RUNNING)
    return found.values_list("max_attempts", flat=True).first() or claim.max_attempts
