"""What staff do with training runs: start, pause, go on, cancel, repeat, delete.

The run is locked before its job, as by the worker that records.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from ml.contracts.recipe import Recipe, RecipeError, changed
from webapp.accounts.models import User
from webapp.common.errors import ApplicationError, Conflict, NotFound
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.models import Change, ModelVersion, VersionState
from webapp.training import recipes, recording
from webapp.training.models import LIVE_RUNS, RunRecipe, RunState, Snapshot, TrainingRun, Wish
from webapp.training.telling import tell_run, tell_staff


class BadChanges(ApplicationError):
    """Whoever asks must name fields of the recipe, within their ranges."""

    code = "bad_changes"


@transaction.atomic
def start(
    by: User,
    snapshot: Snapshot,
    *,
    recipe: str,
    seed: int = 1,
    changes: Mapping[str, Any] | None = None,
) -> TrainingRun:
    """Ask a worker to train. Raises Conflict `recipe_unfit` saying why, BadChanges."""
    offered = recipes.offer(recipe, snapshot)
    if not offered.fits:
        raise Conflict(offered.why_not or "", code="recipe_unfit")
    estimate = _require_sound(offered, changes or {})
    run = TrainingRun.objects.create(
        snapshot=snapshot, recipe=recipe, seed=seed, changes=dict(changes or {}), by=by,
        estimate_s=estimate,
    )  # fmt: skip
    ask_for(run, owner_id=by.pk)
    tell_staff([run.pk, snapshot.pk])
    return run


def repeat(by: User, run: TrainingRun) -> TrainingRun:
    """The same again, against whoever judges now.

    On a CPU the weights come out the same, but for those of a generator that time ended.
    """
    return start(by, run.snapshot, recipe=run.recipe, seed=run.seed, changes=run.changes)


@transaction.atomic
def pause(run: TrainingRun) -> None:
    """Free the device; what was learned is kept. Raises Conflict `run_over`, `run_paused`."""
    held = _held(run)
    if held.state == RunState.PAUSED:
        raise Conflict("It is paused already.", code="run_paused")
    _wish(held, Wish.PAUSE)


@transaction.atomic
def cancel(run: TrainingRun) -> None:
    """End it; nothing comes of it. Raises Conflict `run_over`."""
    _wish(_held(run), Wish.CANCEL)


@transaction.atomic
def resume(run: TrainingRun) -> None:
    """Go on from the last checkpoint. Raises Conflict `not_paused`."""
    held = _held(run)
    if held.state != RunState.PAUSED:
        raise Conflict(f"It is not paused: it is {held.state}.", code="not_paused")
    held.state = RunState.QUEUED
    held.save(update_fields=["state"])
    ask_for(held, owner_id=_owner(held))
    tell_staff([held.pk])
    tell_run(held.pk)


@transaction.atomic
def delete(run: TrainingRun) -> None:
    """With its log, files and, unless it ever judged, its version.

    Raises Conflict `run_live`, and `judging` while its version judges.
    """
    held = _held(run)
    if held.state in LIVE_RUNS:
        raise Conflict("It is not over. Cancel it first.", code="run_live")
    version = held.version
    if version is not None and version.state == VersionState.ACTIVE:
        raise Conflict("The model that judges now came of it.", code="judging")
    Job.objects.filter(kind=JobKind.TRAIN, subject=held.pk).delete()
    tell_staff([held.pk, held.snapshot_id])
    held.delete()
    if version is not None and _never_used(version):
        version.delete()


def ask_for(run: TrainingRun, *, owner_id: int) -> None:
    """Have a worker take it up, inside the caller's transaction."""
    jobs.enqueue(kind=JobKind.TRAIN, subject=run.pk, owner_id=owner_id, queue=Queue.TRAIN)


def _held(run: TrainingRun) -> TrainingRun:
    """As it is now, locked. Raises NotFound."""
    rows = TrainingRun.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("snapshot", "version").filter(pk=run.pk).first()
    if found is None:
        raise NotFound
    return found


def _wish(run: TrainingRun, wish: Wish) -> None:
    """At once where no worker has it in hand, else the worker is told."""
    if run.state not in LIVE_RUNS:
        raise Conflict(f"It is over: it is {run.state}.", code="run_over")
    asked = Job.objects.filter(kind=JobKind.TRAIN, subject=run.pk)
    job = asked.select_for_update(no_key=True).first()
    if job is not None and job.state == JobState.RUNNING:
        run.wish = wish
        run.save(update_fields=["wish"])
        tell_staff([run.pk])
        tell_run(run.pk)
        return
    jobs.cancel(asked)
    recording.end(run, recording.WISHED[wish])


def _owner(run: TrainingRun) -> int:
    """Whoever started it; should their account be gone, any of the staff."""
    if run.by_id is not None:
        return run.by_id
    return User.objects.filter(is_staff=True, is_active=True).values_list("pk", flat=True)[0]


def _never_used(version: ModelVersion) -> bool:
    """No other run, change or score refers to it."""
    judged = Change.objects.filter(version=version).exists()
    return version.state == VersionState.REGISTERED and not judged and not version.runs.exists()


def _require_sound(offered: recipes.Offer, changes: Mapping[str, Any]) -> float | None:
    """Seconds that it will take. Raises BadChanges."""
    try:
        if offered.recipe != RunRecipe.GENERATOR:
            changed(Recipe(), changes)
        return recipes.estimate_of(offered, changes)
    except RecipeError as error:
        raise BadChanges(str(error)) from error
