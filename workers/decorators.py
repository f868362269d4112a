"""The only way to declare a task: it hears a doorbell and drains its queues."""

from collections.abc import Callable
from typing import Any

from webapp.celery import app
from webapp.dispatch import TaskName

Function = Callable[..., Any]


def drain_task(*, name: TaskName) -> Callable[[Function], Function]:
    """Register under a name that the sender knows; results are rows, never messages."""
    declare: Callable[[Function], Function] = app.task(name=name.value, ignore_result=True)
    return declare
