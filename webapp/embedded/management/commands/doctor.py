"""`manage.py doctor [--mend]`: say what is missing, stale or dead, and mend it."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from webapp.generation.housekeeping import GENERATIONS
from webapp.inference.reconcile import ARTWORKS
from webapp.jobs.findings import Finding, examine
from webapp.jobs.health import MACHINERY
from webapp.ratings.housekeeping import CAMPAIGNS
from webapp.taste.housekeeping import TASTES
from webapp.training.housekeeping import TRAINING


class Command(BaseCommand):
    """Ends with 1 when something is wrong that was not mended."""

    help = "Say what is missing, stale or dead, and with --mend repair it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mend", action="store_true", help="repair what can be repaired")

    def handle(self, *args: Any, mend: bool, **options: Any) -> None:
        """One paragraph a finding: what, how often, which, and who must act."""
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"Postgres does not answer: start it first. {error}") from error
        checks = (*ARTWORKS, *CAMPAIGNS, *TASTES, *TRAINING, *GENERATIONS, *MACHINERY)
        findings = examine(checks, mending=mend)
        for finding in findings:
            self._tell(finding)
        if not findings:
            self.stdout.write(self.style.SUCCESS("All is well."))
        if not all(finding.settled for finding in findings):
            sys.exit(1)

    def _tell(self, finding: Finding) -> None:
        style = self.style.SUCCESS if finding.settled else self.style.WARNING
        mended = f", {finding.mended} mended" if finding.mended else ""
        self.stdout.write(style(f"{finding.code}: {finding.text} ({finding.count}{mended})"))
        self.stdout.write(f"    {', '.join(finding.examples)}")
        if not finding.settled:
            self.stdout.write(f"    {finding.cure or 'Run `manage.py doctor --mend`.'}")
