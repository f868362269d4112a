"""Wakes the workers of work that waits too long. Safe in any number of copies.

It keeps no state and claims no work: it makes expired jobs wait again and rings doorbells that
nobody has heard. A doubled ring does no harm, so copies need not agree on anything.
"""

import logging
import socket
import threading
import time

from django.db import InterfaceError, OperationalError, connection

from webapp.jobs import beats, bells, selectors, services
from webapp.jobs.health import DISPATCHER
from webapp.jobs.models import Queue

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
PATIENCE_SECONDS = 1.0  # how long the doorbell of the enqueuer may take
BEAT_SECONDS = 10.0
HOUSEKEEPING_SECONDS = 600.0


class Dispatcher:
    """A loop that survives restarts of Postgres and Redis."""

    def __init__(self, *, tick_seconds: float = TICK_SECONDS) -> None:
        self.name = f"{DISPATCHER}@{socket.gethostname()}"
        self._tick_seconds = tick_seconds
        self._beat_due = 0.0
        self._housekeeping_due = 0.0

    def run(self, stopping: threading.Event) -> None:
        """Tick until told to stop."""
        while not stopping.is_set():
            try:
                self.tick()
            except (OperationalError, InterfaceError) as error:
                logger.warning("Postgres is away, trying again: %s", error)
                connection.close()
            stopping.wait(self._tick_seconds)

    def tick(self) -> list[str]:
        """One look at everything; returns the queues whose doorbell was rung."""
        self._beat()
        services.requeue_lost()
        due = selectors.unrung(patience_seconds=PATIENCE_SECONDS)
        rung = [queue for queue in due if bells.ring_if_silent(queue)]
        if self._ask_for_housekeeping():
            rung.append(Queue.MAINTENANCE)
        return rung

    def _beat(self) -> None:
        if time.monotonic() >= self._beat_due:
            beats.beat(self.name)
            self._beat_due = time.monotonic() + BEAT_SECONDS

    def _ask_for_housekeeping(self) -> bool:
        """At the start, then now and then; at the next tick when Redis is away."""
        due = time.monotonic() >= self._housekeeping_due
        if not due or not bells.ask_to_tidy():
            return False
        self._housekeeping_due = time.monotonic() + HOUSEKEEPING_SECONDS
        return True
