"""`manage.py import_dataset KIND PATH`: labels that were made elsewhere, to learn from."""

import time
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ml.data.faults import CleaningReport
from ml.data.samples import DataSetError, Reading
from ml.data.spec import SourceSpec
from webapp.accounts.models import User
from webapp.catalogue.models import Medium
from webapp.common.errors import ApplicationError
from webapp.training.imported import Label, SetFacts, keep, require_free
from webapp.training.models import ImportedKind
from workers import datasets
from workers.datasets import Taken

SHOWN_FAULTS: Final = 20
TOLD_EVERY_S: Final = 2.0


class Command(BaseCommand):
    """Reads and cleans AVA, AADB or a CSV; with pictures, uploads them to a library."""

    help = "Import labels of AVA, AADB or a CSV, with or without their pictures."
    told_at = 0.0

    def add_arguments(self, parser: CommandParser) -> None:
        """What to read, whose it is, what to call it."""
        parser.add_argument("kind", choices=ImportedKind.values)
        parser.add_argument("path", type=Path, help="the data set's folder, or its table")
        parser.add_argument("--images", type=Path, help="its pictures; they are uploaded")
        parser.add_argument("--as", dest="email", help="whose library takes the pictures")
        parser.add_argument("--medium", choices=Medium.values, default=Medium.PHOTO.value)
        parser.add_argument("--name", help="what to call the set (default: as its table)")
        parser.add_argument("--licence", default="", help="as its publisher states it")
        parser.add_argument("--steps", type=int, help="length of the scale, if unknown")
        parser.add_argument("--limit", type=int, help="only so many rows, drawn evenly")
        parser.add_argument("--replace", action="store_true", help="a set of the same name")
        parser.add_argument("--dry-run", action="store_true", help="read and report alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, report, and unless it is a dry run upload and keep."""
        try:
            self._import(**options)
        except (DataSetError, ApplicationError) as error:
            raise CommandError(str(error)) from error

    def _import(self, **options: Any) -> None:
        person = _person(options["email"], needed=options["images"] is not None)
        began = time.monotonic()
        spec = SourceSpec(
            options["kind"], options["path"], options["images"], options["steps"]
        )  # fmt: skip
        if options["name"]:
            require_free(options["name"], replace=options["replace"])
        reading = datasets.read(spec, limit=options["limit"], tell=self._tell)
        name = options["name"] or reading.table.name
        require_free(name, replace=options["replace"])
        if options["dry_run"]:
            report = datasets.cleaned(reading)
            self.stdout.write(report.summary)
            self._report(report, reading)
            self.stdout.write("Nothing was kept: this was a dry run.")
            return
        taken = self._pictures(reading, person, options["medium"])
        report = datasets.cleaned(reading, taken.refused)
        labels: list[Label] = list(datasets.labels_of(reading, taken.artworks))
        facts = SetFacts(
            name, options["kind"], options["licence"], reading.table.steps,
            datasets.kept_report(report, reading, labels), person,
        )  # fmt: skip
        made = keep(facts, labels, replace=options["replace"])
        self.stdout.write(
            f"{made.name}: {report.rows_read:,} rows were read. {made.rows:,} are kept, with "
            f"{made.votes:,} votes; {made.pictures:,} of them have their picture here, the others "
            f"teach nothing until it comes. It took {time.monotonic() - began:.1f} s."
        )
        self._report(report, reading)

    def _pictures(self, reading: Reading, person: User | None, medium: str) -> Taken:
        if reading.panel is None or person is None:
            return Taken({}, ())
        return datasets.upload(reading.panel.pictures, person, medium=medium, tell=self._tell)

    def _report(self, report: CleaningReport, reading: Reading) -> None:
        """What was found in the table and among the pictures."""
        for note in reading.table.notes:
            self.stdout.write(note)
        for fault in report.faults[:SHOWN_FAULTS]:
            self.stdout.write(f"  {fault.item}: {fault.reason.value}: {fault.detail}")
        if len(report.faults) > SHOWN_FAULTS:
            self.stdout.write(f"  and {len(report.faults) - SHOWN_FAULTS:,} more")

    def _tell(self, what: str, done: int, total: int) -> None:
        """On stderr, every two seconds and at the end."""
        now = time.monotonic()
        if done < total and now - self.told_at < TOLD_EVERY_S:
            return
        self.told_at = now
        self.stderr.write(f"{done:,} of {total:,} {what}", style_func=str)


def _person(email: str | None, *, needed: bool) -> User | None:
    if email is None:
        if needed:
            raise CommandError("Say with --as EMAIL whose library takes the pictures.")
        return None
    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise CommandError(f"There is no account {email}.")
    return found
