"""Train what waits, one run after the other. Queue: train. Safe to run twice."""

from webapp.dispatch import TaskName
from webapp.jobs.models import Queue
from workers.decorators import drain_task
from workers.runtime.draining import DrainResult, drain, served
from workers.runtime.training import train_next


@drain_task(name=TaskName.TRAIN)
def train(*, queue: str, **_unused: object) -> DrainResult:
    """Until nothing waits, or the worker is told to stop."""
    return drain(lambda: train_next(served(Queue.TRAIN)), queue=queue)
