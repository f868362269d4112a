"""The only way to declare a task: it hears a doorbell and drains its queues."""

from collections.abc import Callable
from typing import Any

from webapp.celery import app
from webapp.dispatch import TaskName

Function = Callable[..., Any]


def drain_task(*, name: TaskName, limit_s: int | None = None) -> Callable[[Function], Function]:
    """Register under a name that the sender knows; results are rows, never messages.

    ``limit_s``: how long it may take, for one that takes longer than the others.
    """
    soft_s = None if limit_s is None else int(limit_s * 0.9)
    declare: Callable[[Function], Function] = app.task(
        name=name.value, ignore_result=True, time_limit=limit_s, soft_time_limit=soft_s
    )
    return declare
