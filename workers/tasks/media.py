"""Make display files, saved pictures and batches of crops. Queue: io. Safe to run twice."""

from webapp.dispatch import TaskName
from webapp.jobs.models import Queue
from workers.decorators import drain_task
from workers.runtime import cuts, exports, renders
from workers.runtime.draining import DrainResult, drain, served


@drain_task(name=TaskName.RENDER)
def render(*, queue: str, **_unused: object) -> DrainResult:
    """Render, export and cut, one each, until nothing waits."""
    return drain(_next, queue=queue)


def _next() -> int:
    queues = served(Queue.IO)
    takers = (renders.render_next, exports.export_next, cuts.cut_next)
    return sum(take(queues) for take in takers)
