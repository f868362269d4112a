"""`manage.py dispatch`: the dispatcher process."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from webapp.jobs import beats
from webapp.jobs.dispatcher import Dispatcher


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT."""

    help = "Ring the workers of work that waits too long; requeue what dead workers left."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Tick once a second."""
        stopping = threading.Event()
        for caught in (signal.SIGTERM, signal.SIGINT):
            signal.signal(caught, lambda *_: stopping.set())
        dispatcher = Dispatcher()
        self.stdout.write(f"{dispatcher.name} looks for waiting work")
        dispatcher.run(stopping)
        beats.leave(dispatcher.name)
