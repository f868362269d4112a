"""How far batches of crops are, read from the jobs of their pictures."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Window,
)
from django.db.models.functions import Cast, RowNumber

from webapp.catalogue.models import Visitor
from webapp.common.errors import NotFound
from webapp.cropping.models import BatchFile, BatchPicture, CropBatch
from webapp.inference.models import CropField
from webapp.jobs.models import LIVE_STATES, Job, JobKind, JobState
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind

MOST_TOLD = 200  # pictures of a batch; the zip lists all
GONE = ("picture_gone", "The picture was thrown away meanwhile.")


class BatchState(StrEnum):
    """running -> done | cancelled; Retry brings both back to running."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a picture has no file, or not of the size that the sentence names."""

    artwork: UUID | None
    title: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A batch and how many of its pictures are how far; `problems` are of MOST_TOLD of them."""

    batch: CropBatch
    state: BatchState
    total: int
    done: int
    failed: int
    waiting_for_field: int
    files: int
    bytes: int
    problems: tuple[Problem, ...]

    @property
    def ready(self) -> bool:
        """Whether there is something to fetch, and no more to come."""
        return self.state != BatchState.RUNNING and self.files > 0


@dataclass(frozen=True, slots=True)
class _Tally:
    pictures: int = 0
    done: int = 0
    live: int = 0
    left_out: int = 0
    waiting_for_field: int = 0


def batches_of(user: Visitor, *, album: UUID | None = None) -> list[Progress]:
    """A person's batches, newest first."""
    batches = CropBatch.objects.visible_to(user).order_by("-created_at")
    return progress_of(list(batches.filter(album=album) if album else batches))


def batch_of(user: Visitor, batch_id: UUID) -> CropBatch:
    """One visible batch. Raises NotFound."""
    found = CropBatch.objects.visible_to(user).filter(pk=batch_id).first()
    if found is None:
        raise NotFound
    return found


def progress_of(batches: Sequence[CropBatch]) -> list[Progress]:
    """Where they stand, in their order, by as many queries for one as for twenty."""
    tallies = _tallies(batches)
    files = _files(batches)
    told: dict[UUID, list[Problem]] = defaultdict(list)
    for batch_id, problem in problems(batches, most=MOST_TOLD):
        told[batch_id].append(problem)
    return [
        _progress(batch, tallies[batch.pk], files.get(batch.pk, (0, 0)), told[batch.pk])
        for batch in batches
    ]


def problems(
    batches: Collection[CropBatch], *, most: int | None = None
) -> list[tuple[UUID, Problem]]:
    """What went wrong in which batch, in the order of the pictures; of `most` in each."""
    wrong = _pictures(batches).filter(_failed() | ~Q(refused=[]))
    if most is not None:
        nth = Window(RowNumber(), partition_by="batch", order_by=("place", "pk"))
        wrong = wrong.annotate(nth=nth).filter(nth__lte=most)
    rows = wrong.select_related("artwork").order_by("batch", "place")
    return [(row.batch_id, problem) for row in rows for problem in _problems(row)]


def _problems(row: Any) -> list[Problem]:
    if row.made:
        return [_problem(row, code, text) for _, code, text in row.refused]
    return [_problem(row, *_reason(row))]


def _problem(row: Any, code: str, text: str) -> Problem:
    return Problem(row.artwork_id, row.title, code, text)


def _reason(row: Any) -> tuple[str, str]:
    """The job's words, else those of the artwork that failed and took its jobs along."""
    if row.artwork is None:
        return GONE
    if row.job_code and row.job_state != JobState.CANCELLED:
        return row.job_code, row.job_text
    return row.artwork.error_code or "stopped", row.artwork.error_text or "The work was stopped."


def _progress(
    batch: CropBatch, tally: _Tally, files: tuple[int, int], told: Sequence[Problem]
) -> Progress:
    state = BatchState.RUNNING if tally.live else BatchState.DONE
    left_out = tally.left_out if batch.cancelled_at else 0
    return Progress(
        batch=batch,
        state=BatchState.CANCELLED if batch.cancelled_at else state,
        total=tally.pictures,
        done=tally.done,
        failed=tally.pictures - tally.done - tally.live - left_out,
        waiting_for_field=tally.waiting_for_field,
        files=files[0],
        bytes=files[1],
        problems=tuple(told),
    )


def _tallies(batches: Sequence[CropBatch]) -> dict[UUID, _Tally]:
    counted: dict[UUID, Counter[str]] = {batch.pk: Counter() for batch in batches}
    grouped = _pictures(batches).values_list("batch", "made", "looked", "job_state")
    for batch_id, made, looked, state, count in grouped.annotate(n=Count("*")).order_by():
        live = not made and state in LIVE_STATES
        for name, holds in {
            "pictures": True,
            "done": made,
            "live": live,
            "left_out": not made and state == JobState.CANCELLED,
            "waiting_for_field": live and not looked,
        }.items():
            counted[batch_id][name] += count if holds else 0
    return {batch_id: _Tally(**counts) for batch_id, counts in counted.items()}


def _pictures(batches: Collection[CropBatch]) -> QuerySet[Any]:
    """BatchPicture rows with what their jobs say.

    A picture that has files is done, whatever became of its job.
    """
    job = Job.objects.filter(
        kind=JobKind.CUT,
        subject=OuterRef("artwork"),
        model_version="",
        params_hash=Cast(OuterRef("batch"), CharField()),
    )
    fields = CropField.objects.filter(
        artwork=OuterRef("artwork"), model_version=registry.active(ModelKind.CROPPER)
    )
    return BatchPicture.objects.filter(batch__in=batches).annotate(
        made=Exists(BatchFile.objects.filter(picture=OuterRef("pk"))),
        looked=Exists(fields),
        job_state=Subquery(job.values("state")),
        job_code=Subquery(job.values("error_code")),
        job_text=Subquery(job.values("error_text")),
    )


def _failed() -> Q:
    """Nothing was made, nobody works on it, and its owner did not call it off."""
    settled = Q(job_state=None) | ~Q(job_state__in=LIVE_STATES)
    called_off = Q(job_state=JobState.CANCELLED, batch__cancelled_at__isnull=False)
    return Q(made=False) & settled & ~called_off


def _files(batches: Sequence[CropBatch]) -> dict[UUID, tuple[int, int]]:
    found = BatchFile.objects.filter(picture__batch__in=batches)
    summed = found.values_list("picture__batch").annotate(n=Count("*"), size=Sum("bytes"))
    return {batch_id: (count, size) for batch_id, count, size in summed.order_by()}
