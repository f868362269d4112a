"""Score, explain and advise on waiting artworks, fresh uploads first. Safe to run twice."""

from webapp.dispatch import TaskName
from workers.decorators import drain_task
from workers.runtime import turns
from workers.runtime.draining import DrainResult, drain


@drain_task(name=TaskName.SCORE)
def score(*, queue: str, **_unused: object) -> DrainResult:
    """Turn after turn until nothing waits."""
    return drain(turns.next_turn, queue=queue)
