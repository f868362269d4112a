"""`manage.py prepare`: what must be true of the database before the processes start."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Safe to run again; one process does it all, since starting Django costs seconds."""

    help = "Migrate, make the cache table, register the models that come with this version."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrations first: the models' table is one of theirs."""
        call_command("migrate", interactive=False, verbosity=options["verbosity"], skip_checks=True)
        call_command("createcachetable", verbosity=options["verbosity"])
        call_command("sync_models", verbosity=options["verbosity"])
