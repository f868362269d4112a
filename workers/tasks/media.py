"""Make the display files of waiting artworks. Queue: io. Safe to run twice."""

from functools import partial

from webapp.dispatch import TaskName
from webapp.jobs.models import Queue
from workers.decorators import drain_task
from workers.runtime import renders
from workers.runtime.draining import DrainResult, drain, served


@drain_task(name=TaskName.RENDER)
def render(*, queue: str, **_unused: object) -> DrainResult:
    """Render until nothing waits."""
    return drain(partial(renders.render_next, served(Queue.IO)), queue=queue)
