"""Weigh campaigns, freeze snapshots, fit tastes. Queue: maintenance. Safe to run twice."""

from webapp.dispatch import TaskName
from webapp.jobs.models import Queue
from workers.decorators import drain_task
from workers.runtime.draining import DrainResult, drain, served
from workers.runtime.freezing import freeze_next
from workers.runtime.fusing import fuse_next
from workers.runtime.tasting import taste_next

ORDER = (fuse_next, taste_next, freeze_next)  # whom people wait for comes first
LIMIT_S = 6 * 3600  # freezing decodes some thirty pictures a second: half a million of them


@drain_task(name=TaskName.MAINTAIN, limit_s=LIMIT_S)
def maintain(*, queue: str, **_unused: object) -> DrainResult:
    """One campaign, snapshot or person after the other until nobody waits."""
    return drain(_next, queue=queue)


def _next() -> int:
    """Returns how many jobs were taken."""
    queues = served(Queue.MAINTENANCE)
    return next((taken for take in ORDER if (taken := take(queues))), 0)
