"""Write jobs: enqueue, claim, settle. Every change of a Job row is made here."""

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from random import SystemRandom
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from webapp.accounts.models import User
from webapp.common.errors import Conflict
from webapp.events.payloads import EventKind
from webapp.events.publish import publish, tell_run
from webapp.jobs import bells, statements
from webapp.jobs.claims import Claim
from webapp.jobs.models import LIVE_STATES, Job, JobKind, JobState, Queue, QueueState

FIRST_BACKOFF_SECONDS = 2.0
LONGEST_BACKOFF_SECONDS = 300.0
BULK = 1000

_random = SystemRandom()  # workers must not agree on their pauses


def enqueue(
    *,
    kind: JobKind,
    subject: UUID,
    owner_id: int,
    queue: Queue,
    model_version: str = "",
    params: str = "",
    priority: int = 0,
    delay_seconds: float = 0,
) -> Job:
    """Ask for one piece of work, inside the caller's transaction; rings its queue on commit.

    Idempotent: a job that exists is returned as it is, except that a cancelled one is asked for
    again. Succeeds while Redis is away: the dispatcher rings later.
    """
    asked = {(subject, owner_id)}
    enqueue_many(
        asked, kind=kind, queue=queue, model_version=model_version, params=params,
        priority=priority, delay_seconds=delay_seconds,
    )  # fmt: skip
    return Job.objects.get(
        kind=kind, subject=subject, model_version=model_version, params_hash=params
    )


def enqueue_many(
    asked: Collection[tuple[UUID, int]],
    *,
    kind: JobKind,
    queue: Queue,
    model_version: str = "",
    params: str = "",
    priority: int = 0,
    delay_seconds: float = 0,
) -> int:
    """Like `enqueue` for many (subject, owner) at once; returns how many became waiting."""
    changed = 0
    same = (kind, model_version, params, queue, priority, delay_seconds)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        for part in _parts(list(asked), BULK):
            subjects, owners = zip(*part, strict=True)
            ids = [uuid4() for _ in part]
            cursor.execute(statements.ENQUEUE, [*same, ids, list(subjects), list(owners)])
            changed += cursor.rowcount
        if changed and not delay_seconds:
            transaction.on_commit(partial(bells.ring, queue), robust=True)
    return changed


def claim(
    queues: Sequence[str],
    *,
    kind: JobKind,
    worker: str,
    limit: int = 1,
    lease_seconds: float | None = None,
) -> list[Claim]:
    """Take up to `limit` waiting jobs of the first queue that has any, oldest first.

    Jobs that were tried before come alone, so that one that kills workers takes nobody along.
    Paused queues are left out. Each claim counts one attempt and is ours for `lease_seconds`.
    """
    lease = lease_seconds or settings.JOB_LEASE_SECONDS
    with connection.cursor() as cursor:
        for queue in queues:
            cursor.execute(statements.CLAIM, [queue, kind, queue, limit, worker, lease])
            rows = cursor.fetchall()
            if rows:
                return [Claim(*row) for row in rows]
    return []


def extend(claims: Collection[Claim], *, lease_seconds: float | None = None) -> None:
    """Heartbeat: the work goes on. Claims that were lost are left as they are."""
    lease = lease_seconds or settings.JOB_LEASE_SECONDS
    with connection.cursor() as cursor:
        cursor.execute(statements.EXTEND, [lease, *_fences(claims)])


def holds(claim: Claim) -> bool:
    """Whether the job is still ours; then it stays so until the caller's transaction ends."""
    locked = _ours(claim).select_for_update(no_key=True)
    return bool(locked.values_list("pk", flat=True))


def forgive(claim: Claim, attempts: int) -> None:
    """So many further attempts after this one: it brought something, or failed through no fault."""
    _ours(claim).update(max_attempts=claim.attempt + attempts)


def give_back(claim: Claim, *, attempts: int = 1) -> bool:
    """Make it wait again at once, at no cost: its worker stops, or others come first.

    ``attempts``: how many further ones it gets. False when the lease was lost.
    """
    forgive(claim, attempts)
    waiting = {"state": JobState.QUEUED, "not_before": Now(), "lease_until": None}
    return bool(_ours(claim).update(**waiting))


def finish(claim: Claim) -> bool:
    """Mark done, fenced. False: the lease was lost and the caller must roll its results back."""
    return bool(finish_many([claim]))


def finish_many(claims: Collection[Claim]) -> set[UUID]:
    """Mark done those that are still ours; returns their job ids. Results of others are void."""
    return _settle(claims, JobState.DONE, "", "")


def fail(claim: Claim, code: str, text: str) -> bool:
    """Fail for good: another attempt would end the same way. False when the lease was lost."""
    return bool(_settle([claim], JobState.FAILED, code, text))


def bury(claim: Claim, code: str, text: str) -> bool:
    """Give up after the last attempt; Retry is up to people. False when the lease was lost."""
    return bool(_settle([claim], JobState.DEAD, code, text))


def release(claim: Claim, code: str, text: str) -> bool:
    """Give back for another attempt after a growing, jittered pause. False: the lease was lost.

    The caller buries a claim whose attempts are used up (`attempt >= max_attempts`) instead.
    """
    pause = min(FIRST_BACKOFF_SECONDS * 2 ** (claim.attempt - 1), LONGEST_BACKOFF_SECONDS)
    wait = _random.uniform(0.5, 1.0) * pause
    values = [wait, code, text, claim.id, claim.attempt, claim.worker]
    with connection.cursor() as cursor:
        cursor.execute(statements.RELEASE, values)
        return bool(cursor.rowcount)


def requeue_lost(gone: Collection[str] = ()) -> int:
    """Make jobs wait again whose lease ran out, or whose worker is known to be gone.

    Returns how many. Whoever watches a training run is told that it was interrupted.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.REQUEUE_LOST, [list(gone)])
        lost = cursor.fetchall()
        runs = [subject for kind, subject in lost if kind == JobKind.TRAIN]
        for run in runs:
            tell_run(run)
        if runs:
            tell_staff(runs, kind=EventKind.TRAINING_CHANGED)
    return len(lost)


def restart(jobs: QuerySet[Job]) -> int:
    """Bring settled jobs back to waiting with fresh attempts; live ones stay as they are."""
    with transaction.atomic():
        settled = jobs.exclude(state__in=LIVE_STATES).order_by("pk").select_for_update()
        rows = list(settled.values_list("id", "queue"))
        Job.objects.filter(id__in=[row[0] for row in rows]).update(
            state=JobState.QUEUED, attempt=0, not_before=Now(),
            finished_at=None, error_code="", error_text="",
        )  # fmt: skip
        for queue in {row[1] for row in rows}:
            transaction.on_commit(partial(bells.ring, queue), robust=True)
    return len(rows)


@transaction.atomic
def urge(jobs: QuerySet[Job], *, queue: Queue) -> int:
    """Somebody waits for these: settled ones wait again, waiting ones come first in `queue`.

    Running ones go on. Returns how many wait now.
    """
    restart(jobs)
    waiting = jobs.filter(state=JobState.QUEUED).order_by("pk").select_for_update()
    ids = list(waiting.values_list("pk", flat=True))
    Job.objects.filter(pk__in=ids).update(queue=queue, priority=0, not_before=Now())
    if ids:
        transaction.on_commit(partial(bells.ring, queue), robust=True)
    return len(ids)


def retry(job: Job) -> Job:
    """Give a settled job fresh attempts, whatever its subject shows meanwhile.

    `webapp.inference.services.retry_job` does this and shows the artwork as judging again.
    Raises Conflict when the job is done or still live.
    """
    if job.state == JobState.DONE or not restart(Job.objects.filter(pk=job.pk)):
        raise Conflict(f"The job is {job.state}; only a failed, dead or cancelled one is retried.")
    job.refresh_from_db()
    return job


def cancel_for(subject: UUID) -> int:
    """Cancel what is still live for a subject; a worker in the middle of it loses its lease."""
    return cancel(Job.objects.filter(subject=subject))


def cancel(jobs: QuerySet[Job]) -> int:
    """Cancel those that are still live; returns how many were."""
    with transaction.atomic():
        live = jobs.filter(state__in=LIVE_STATES).order_by("pk").select_for_update()
        ids = list(live.values_list("pk", flat=True))  # locked in the order of `urge`: no deadlock
        return Job.objects.filter(pk__in=ids).update(
            state=JobState.CANCELLED, finished_at=timezone.now(), lease_until=None
        )


@transaction.atomic
def pause(queue: str) -> None:
    """Stop claims from a queue; what is running ends normally."""
    QueueState.objects.update_or_create(queue=queue, defaults={"paused": True})
    tell_staff([queue])


@transaction.atomic
def resume(queue: str) -> None:
    """Let a queue run again."""
    QueueState.objects.update_or_create(queue=queue, defaults={"paused": False})
    transaction.on_commit(partial(bells.ring, queue), robust=True)
    tell_staff([queue])


@transaction.atomic
def tell_staff(changed: Collection[object], *, kind: EventKind = EventKind.JOBS_CHANGED) -> None:
    """Say what was changed (by default queues or jobs, by hand), in an order without deadlocks."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    for person in staff.values_list("pk", flat=True):
        publish(person, kind, changed)


def _settle(claims: Collection[Claim], state: JobState, code: str, text: str) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statements.SETTLE, [state, code, text, *_fences(claims)])
        return {row[0] for row in cursor.fetchall()}


def _ours(claim: Claim) -> QuerySet[Job]:
    """The job of a claim that was not lost. Attempts count anew when a job is tried again."""
    held = Job.objects.filter(pk=claim.id, state=JobState.RUNNING)
    return held.filter(attempt=claim.attempt, worker=claim.worker)


def _fences(claims: Iterable[Claim]) -> tuple[list[UUID], list[int], list[str]]:
    held = sorted(
        (each.id, each.attempt, each.worker) for each in claims
    )  # one order: no deadlocks
    return [each[0] for each in held], [each[1] for each in held], [each[2] for each in held]


def _parts(items: list[tuple[UUID, int]], size: int) -> Iterable[list[tuple[UUID, int]]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
