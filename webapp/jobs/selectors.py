"""Read jobs: the machine room of staff, an artwork's jobs, and what the dispatcher must do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import timezone

from webapp.jobs.models import LIVE_STATES, Job, JobState, Queue, QueueState, WorkerBeat

ALIVE_SECONDS = 60
FORGOTTEN_AFTER = timedelta(hours=1)  # a worker this silent was taken away on purpose
THROUGHPUT_MINUTES = 5
STOPPED = "stopped"
STOPPED_STATES = (JobState.FAILED, JobState.DEAD)


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """A queue at a glance; `per_minute` is the mean of the last five minutes."""

    name: str
    waiting: int
    running: int
    done: int
    dead: int
    per_minute: float
    paused: bool


@dataclass(frozen=True, slots=True)
class WorkerSummary:
    """A process and its last sign of life."""

    name: str
    queues: str
    note: str
    heartbeat_at: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """The machine room."""

    queues: tuple[QueueSummary, ...]
    workers: tuple[WorkerSummary, ...]


def summary() -> Summary:
    """Counts per queue and the workers that were heard of lately."""
    return Summary(queues=_queues(), workers=tuple(workers()))


def listed(*, state: str | None = None, queue: str | None = None) -> QuerySet[Job]:
    """Jobs of a state and queue, newest first; the state STOPPED stands for failed or dead."""
    found = Job.objects.select_related("owner").order_by("-created_at", "id")
    if state:
        found = found.filter(state__in=STOPPED_STATES if state == STOPPED else [state])
    return found.filter(queue=queue) if queue else found


def job_of(job_id: UUID) -> Job | None:
    """One job, if it exists."""
    return Job.objects.select_related("owner").filter(pk=job_id).first()


def jobs_of(subject: UUID) -> QuerySet[Job]:
    """What was asked for a subject, in the order of asking."""
    return Job.objects.filter(subject=subject).order_by("created_at", "kind")


def live_jobs() -> QuerySet[Job]:
    """Waiting and running jobs."""
    return Job.objects.filter(state__in=LIVE_STATES)


def due(queues: Sequence[str], kind: str) -> bool:
    """Whether a claim of that kind would find work in one of the queues."""
    return _due(queues).filter(kind=kind).exists()


def any_due(queues: Sequence[str]) -> bool:
    """Whether a claim of some kind would."""
    return _due(queues).exists()


def unrung(*, patience_seconds: float) -> list[str]:
    """Unpaused queues with due work that nobody has taken within the patience."""
    paused = _paused()
    now = timezone.now()
    late = now - timedelta(seconds=patience_seconds)
    due = Job.objects.filter(state=JobState.QUEUED, not_before__lte=now, created_at__lte=late)
    return [
        queue for queue in Queue.values if queue not in paused and due.filter(queue=queue).exists()
    ]


def paused_with_work() -> list[str]:
    """Queues that somebody paused and that have work waiting."""
    return [queue for queue in sorted(_paused()) if live_jobs().filter(queue=queue).exists()]


def stale() -> QuerySet[Job]:
    """Running jobs whose worker has not said for a whole lease too long that it is alive."""
    lease = timedelta(seconds=settings.JOB_LEASE_SECONDS)
    return Job.objects.filter(state=JobState.RUNNING, lease_until__lt=timezone.now() - lease)


def holders(parent: str) -> set[str]:
    """The processes of one parent that hold running jobs."""
    running = Job.objects.filter(state=JobState.RUNNING, worker__startswith=parent)
    return set(running.values_list("worker", flat=True))


def workers() -> list[WorkerSummary]:
    """Processes heard of within the hour; alive when heard of within a minute."""
    now = timezone.now()
    recent = WorkerBeat.objects.filter(heartbeat_at__gt=now - FORGOTTEN_AFTER).order_by("name")
    return [
        WorkerSummary(
            beat.name,
            beat.queues,
            beat.note,
            beat.heartbeat_at,
            alive=beat.heartbeat_at > now - timedelta(seconds=ALIVE_SECONDS),
        )
        for beat in recent
    ]


def _queues() -> tuple[QueueSummary, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    grouped = Job.objects.order_by().values_list("queue", "state").annotate(n=Count("*"))
    for queue, state, count in grouped:
        counts[queue, state] = count
    since = timezone.now() - timedelta(minutes=THROUGHPUT_MINUTES)
    recent = Job.objects.filter(finished_at__gt=since, state=JobState.DONE).order_by()
    finished = dict(recent.values_list("queue").annotate(n=Count("*")))
    paused = _paused()
    return tuple(
        QueueSummary(
            name=queue,
            waiting=counts[queue, JobState.QUEUED],
            running=counts[queue, JobState.RUNNING],
            done=counts[queue, JobState.DONE],
            dead=counts[queue, JobState.DEAD] + counts[queue, JobState.FAILED],
            per_minute=finished.get(queue, 0) / THROUGHPUT_MINUTES,
            paused=queue in paused,
        )
        for queue in Queue.values
    )


def _due(queues: Sequence[str]) -> QuerySet[Job]:
    waiting = Job.objects.filter(
        queue__in=queues, state=JobState.QUEUED, not_before__lte=timezone.now()
    )
    return waiting.exclude(queue__in=_paused())


def _paused() -> set[str]:
    return set(QueueState.objects.filter(paused=True).values_list("queue", flat=True))
