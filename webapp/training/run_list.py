"""Read training runs, whether a worker is at them, their log and their files."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Length, Now

from webapp.accounts.models import User
from webapp.common.errors import NotFound
from webapp.jobs.models import Job, JobKind, JobState
from webapp.training.models import (
    RunFile,
    RunGrid,
    RunLine,
    RunPoint,
    RunState,
    TrainingRun,
)

MOST_LISTED = 200
MOST_LINES = 1000


def listed(viewer: User, *, snapshot: UUID | None = None) -> QuerySet[TrainingRun]:
    """Newest first, without what only the page of a run shows.

    `interrupted`: no worker has it in hand, the next one goes on with it.
    """
    found = _visible(viewer).defer("verdict", "mistakes", "snapshot__manifest", "snapshot__report")
    found = found.defer("champion__card", "version__card")
    found = found.order_by("-created_at", "-pk")
    return found if snapshot is None else found.filter(snapshot=snapshot)


def run_of(viewer: User, pk: UUID) -> TrainingRun:
    """One with its curve and what is listed of it: `listed_files`, `listed_grids`.

    Raises NotFound.
    """
    points = RunPoint.objects.order_by("pk")
    files = RunFile.objects.annotate(bytes=Length("data")).defer("data").order_by("name")
    grids = RunGrid.objects.defer("data").order_by("updates")
    rows = _visible(viewer).defer("snapshot__manifest").select_related("arena__campaign")
    found = rows.prefetch_related(
        Prefetch("curve", points),
        Prefetch("files", files, to_attr="listed_files"),
        Prefetch("grids", grids, to_attr="listed_grids"),
    )
    run = found.filter(pk=pk).first()
    if run is None:
        raise NotFound
    return run


def lines_of(run: TrainingRun, *, after: int) -> list[RunLine]:
    """Up to a thousand lines of its log, after the one with that id."""
    return list(run.log.filter(pk__gt=after).order_by("pk")[:MOST_LINES])


def file_of(run: TrainingRun, name: str) -> RunFile:
    """Raises NotFound."""
    found = None if "\0" in name else run.files.filter(name=name).first()
    if found is None:
        raise NotFound
    return found


def _visible(viewer: User) -> QuerySet[TrainingRun]:
    seen = TrainingRun.objects.visible_to(viewer)
    held = Job.objects.filter(
        kind=JobKind.TRAIN, subject=OuterRef("pk"), state=JobState.RUNNING, lease_until__gt=Now()
    )
    rows = TrainingRun.objects.filter(pk__in=seen.values("pk"))
    return rows.select_related("snapshot__attribute", "by", "champion", "version").annotate(
        interrupted=Q(state=RunState.RUNNING) & ~Exists(held)
    )
