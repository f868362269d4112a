"""Weigh the answers of campaigns. Queue: maintenance. Safe to run twice."""

from webapp.dispatch import TaskName
from webapp.jobs.models import Queue
from workers.decorators import drain_task
from workers.runtime.draining import DrainResult, drain, served
from workers.runtime.fusing import fuse_next


@drain_task(name=TaskName.FUSE)
def fuse(*, queue: str, **_unused: object) -> DrainResult:
    """One campaign after the other until nobody waits."""
    return drain(lambda: fuse_next(served(Queue.MAINTENANCE)), queue=queue)
