"""Make display files and the pictures that the coach proposed. Queue: io. Safe to run twice."""

from webapp.dispatch import TaskName
from webapp.jobs.models import Queue
from workers.decorators import drain_task
from workers.runtime import exports, renders
from workers.runtime.draining import DrainResult, drain, served


@drain_task(name=TaskName.RENDER)
def render(*, queue: str, **_unused: object) -> DrainResult:
    """Render and export, one each, until nothing waits."""
    return drain(_next, queue=queue)


def _next() -> int:
    queues = served(Queue.IO)
    return renders.render_next(queues) + exports.export_next(queues)
