"""Score waiting artworks with the active scorer, fresh uploads first. Safe to run twice."""

from functools import partial

from webapp.dispatch import TaskName
from webapp.jobs.models import Queue
from workers.decorators import drain_task
from workers.runtime import batches
from workers.runtime.draining import DrainResult, drain, served


@drain_task(name=TaskName.SCORE)
def score(*, queue: str, **_unused: object) -> DrainResult:
    """Score batch after batch until nothing waits."""
    queues = served(Queue.GPU_INTERACTIVE, Queue.GPU_BATCH)
    return drain(partial(batches.score_next, queues), queue=queue)
