"""`manage.py sync_models`: register the built-in models and let the newest judge."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.jobs import bells
from webapp.jobs.models import Queue
from webapp.registry.services import BadCardError, register_builtin


class Command(BaseCommand):
    """Runs after every migration; doing it twice changes nothing."""

    requires_system_checks = ()
    help = "Register the built-in models and activate the newest of each kind."

    def handle(self, *args: Any, **options: Any) -> None:
        """Register, activate, and have the library judged again when the judge changed."""
        try:
            synced = register_builtin()
        except BadCardError as error:
            raise CommandError(str(error)) from error
        for name in synced.registered:
            self.stdout.write(f"registered {name}")
        for name in synced.activated:
            self.stdout.write(f"activated {name}")
        if synced.activated:
            bells.ring(Queue.MAINTENANCE)
