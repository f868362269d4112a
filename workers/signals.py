"""Start and end of worker processes: who they are, their pulse, their database connection."""

import os
from pathlib import Path
from typing import Any

from celery.signals import (
    celeryd_after_setup,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
)
from django.db import connections

from webapp.jobs import beats, bells, selectors, services
from workers import identity
from workers.runtime.pulse import pulse

os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # the web process checks the project


def serve(role: str) -> None:
    """Connect a worker of this role; called once by its entry point."""

    def name_worker(sender: str, instance: Any, **_unused: object) -> None:
        queues = list(instance.app.amqp.queues.consume_from)
        identity.announce(role, nodename=sender, queues=queues)

    celeryd_after_setup.connect(name_worker, weak=False)
    worker_ready.connect(_ring_own_queues, weak=False)
    worker_process_init.connect(_begin, weak=False)
    worker_process_shutdown.connect(_end, weak=False)


def _ring_own_queues(**_unused: object) -> None:
    """The first doorbell warms the model up, and finds what waited while nobody was here."""
    for queue in identity.me().queues[:1]:
        bells.ring(queue)


def _begin(**_unused: object) -> None:
    """A child is born: what its dead siblings held may be taken at once.

    The connection is closed again because Celery's own hook, which runs after this one, closes
    the descriptors of open connections as if the parent had left them behind.
    """
    dead = [each for each in selectors.holders(identity.me().parent) if not _lives(each)]
    services.requeue_lost(dead)
    connections.close_all()
    pulse.start()


def _end(**_unused: object) -> None:
    pulse.stop()
    beats.leave(identity.me().name)


def _lives(process: str) -> bool:
    """Whether a sibling, known by the process id at the end of its name, still runs."""
    return Path(f"/proc/{process.rpartition('/')[2]}").exists()
