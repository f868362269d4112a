"""The training worker: `celery -A workers.train worker -Q train -c 1`. Free of torch.

One run at a time, in a process of its own that may take hours: no time limit ends it. Told to
stop, the worker has that process write a checkpoint, and another worker goes on from it.
"""

from celery.signals import worker_shutting_down

from workers.booted import app

# isort: split
from workers import signals
from workers.runtime.stopping import stopping

app.conf.imports = ("workers.tasks.train",)
app.conf.task_time_limit = None
app.conf.task_soft_time_limit = None
signals.serve("train")


def _stop(**_unused: object) -> None:
    stopping.set()


worker_shutting_down.connect(_stop, weak=False)

__all__ = ["app"]
