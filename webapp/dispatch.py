"""The names of the tasks, known to sender and worker alike, and the doorbell that rings them."""

from enum import StrEnum

from webapp.celery import app


class TaskName(StrEnum):
    """One task per kind of work; `workers` registers each, `tests/contracts` proves it."""

    RENDER = "workers.tasks.media.render"
    SCORE = "workers.tasks.score.score"
    HOUSEKEEPING = "workers.tasks.housekeeping.housekeeping"


def ring(task: TaskName, *, queue: str) -> None:
    """Ask a worker to look at `queue`. The message carries no work: the Job row does.

    Raises kombu.exceptions.OperationalError when Redis is away; callers let the dispatcher ring.
    """
    app.send_task(task, kwargs={"queue": queue}, queue=queue, retry=False, ignore_result=True)
