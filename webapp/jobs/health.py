"""Checks of the machinery: leases, dead jobs, paused queues, silent workers, Redis."""

from collections.abc import Sequence
from uuid import UUID

from webapp.dispatch import DoorbellError, unread
from webapp.jobs import beats, selectors, services
from webapp.jobs.findings import Check
from webapp.jobs.models import Job, JobState, Queue

NEEDED_QUEUES = (
    Queue.IO, Queue.GPU_INTERACTIVE, Queue.GPU_BATCH, Queue.TRAIN, Queue.MAINTENANCE,
)  # fmt: skip
DISPATCHER = "dispatcher"


def _silent() -> list[str]:
    return [worker.name for worker in selectors.workers() if not worker.alive]


def _troubled() -> list[str]:
    alive = [worker for worker in selectors.workers() if worker.alive]
    return [f"{each.name}: {each.note}" for each in alive if each.note.startswith(beats.PROBLEM)]


def _unserved() -> list[str]:
    """Queues that no living worker serves, and the dispatcher when there is none."""
    alive = [worker for worker in selectors.workers() if worker.alive]
    served = {queue for worker in alive for queue in worker.queues.split(",")}
    missing = [queue.value for queue in NEEDED_QUEUES if queue not in served]
    if not any(worker.name.startswith(DISPATCHER) for worker in alive):
        missing.append(DISPATCHER)
    return missing


def _redis_away() -> list[str]:
    try:
        unread(Queue.IO)
    except DoorbellError as error:
        return [str(error)]
    return []


def _stale() -> list[UUID]:
    return list(selectors.stale().values_list("pk", flat=True))


def _requeue(_stale_jobs: Sequence[UUID]) -> int:
    return services.requeue_lost()


def _dead() -> list[UUID]:
    return list(Job.objects.filter(state=JobState.DEAD).values_list("pk", flat=True))


LEASES = Check(
    "stale_lease",
    "jobs run whose worker went silent; no dispatcher requeued them",
    _stale,
    _requeue,
)
DEAD = Check(
    "dead_job", "jobs used up their attempts", _dead,
    cure="See the reason on the jobs page and press Retry once it is removed.",
)  # fmt: skip
PAUSED = Check(
    "paused_queue", "queues are paused although work waits", selectors.paused_with_work,
    cure="Resume them on the jobs page when the reason for the pause is gone.",
)  # fmt: skip
SILENT = Check(
    "silent_worker", "processes have said nothing for a minute", _silent,
    cure="Look at their log; the supervisor starts a dead process again. Forgotten after an hour.",
)  # fmt: skip
MODEL = Check(
    "model_problem", "workers cannot serve the active model", _troubled,
    cure="Repair the model's files (docs/runbook.md, The model is not served).",
)  # fmt: skip
UNSERVED = Check(
    "unserved_queue", "nobody serves these", _unserved,
    cure="Start the missing worker or dispatcher (docs/runbook.md, Processes).",
)  # fmt: skip
REDIS = Check(
    "redis_away", "Redis does not answer", _redis_away,
    cure="Start Redis or correct REDIS_URL. No work is lost; it goes on when Redis is back.",
)  # fmt: skip

MACHINERY = (LEASES, DEAD, PAUSED, SILENT, MODEL, UNSERVED, REDIS)
