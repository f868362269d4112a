"""A thread that keeps leases and says that this worker is alive, apart from the work itself."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from webapp.jobs import beats, services
from webapp.jobs.claims import Claim
from workers import identity

logger = logging.getLogger(__name__)

LONGEST_SECONDS = 10.0


class Pulse:
    """One per process. Survives a restart of Postgres; leases that run out are others' to take."""

    def __init__(self) -> None:
        self._held: dict[object, Claim] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.note: Callable[[], str] = str  # what the worker works with, told at each beat

    def start(self) -> None:
        """Begin to beat, at once and then four times a lease."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout=5)

    @contextmanager
    def holding(self, claims: Sequence[Claim]) -> Iterator[None]:
        """Keep the leases of these claims while the block runs."""
        with self._lock:
            self._held.update({claim.id: claim for claim in claims})
        try:
            yield
        finally:
            with self._lock:
                for claim in claims:
                    self._held.pop(claim.id, None)

    def beat(self) -> None:
        """Extend what is held and say so."""
        with self._lock:
            held = list(self._held.values())
        if held:
            services.extend(held)
        me = identity.me()
        beats.beat(me.name, queues=",".join(me.queues), note=self.note())

    def _run(self) -> None:
        every = min(settings.JOB_LEASE_SECONDS / 4, LONGEST_SECONDS)
        while not self._stopping.is_set():
            try:
                self.beat()
            except (OperationalError, InterfaceError) as error:
                logger.warning("no heartbeat, Postgres is away: %s", error)
                connection.close()
            self._stopping.wait(every)
        connection.close()


pulse = Pulse()
