"""Keep labels that were made elsewhere: a set and its rows, all of them or none."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from webapp.accounts.models import User
from webapp.common.errors import Conflict
from webapp.training.models import ImportedRow, ImportedSet
from webapp.training.telling import tell_staff

LONGEST_KEY: Final = 200
BULK: Final = 20_000
_COLUMNS: Final = "imported_id, key, counts, attributes, artwork_id"


class NameTaken(Conflict):
    """The operator must choose another name, or say that the set is to be replaced."""

    code = "name_taken"


@dataclass(frozen=True, slots=True)
class Label:
    """What was said of one picture. `counts`: votes for the steps of the set's scale."""

    key: str
    counts: tuple[float, ...]
    attributes: Mapping[str, float]
    artwork: UUID | None = None


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What a set is called, where it comes from, and what its reader found."""

    name: str
    kind: str
    licence: str
    steps: int
    report: dict[str, Any]
    by: User | None


def require_free(name: str, *, replace: bool) -> None:
    """Raises NameTaken, before anything takes long."""
    if not replace and ImportedSet.objects.filter(name=name).exists():
        raise NameTaken(f"There is a set called {name!r}. Name it otherwise, or use --replace.")


@transaction.atomic
def keep(facts: SetFacts, labels: list[Label], *, replace: bool) -> ImportedSet:
    """One transaction. A set that is replaced keeps its id; snapshots of it keep what they hold.

    Raises NameTaken.
    """
    held = ImportedSet.objects.select_for_update(of=("self",), no_key=True)
    known = held.filter(name=facts.name).first()
    if known is not None and not replace:
        require_free(facts.name, replace=replace)
    found = known or ImportedSet(name=facts.name)
    found.kind, found.licence, found.steps = facts.kind, facts.licence, facts.steps
    found.rows, found.report, found.by = len(labels), facts.report, facts.by
    found.pictures = sum(label.artwork is not None for label in labels)
    found.votes = round(sum(sum(label.counts) for label in labels))
    found.save()
    if known is not None:
        ImportedRow.objects.filter(imported=found).delete()
    _copy(found, labels)
    tell_staff([found.pk])
    return found


def _copy(imported: ImportedSet, labels: Iterable[Label]) -> None:
    """COPY makes no object of any row: a quarter of a million take seconds."""
    lines = (_line(imported.pk, label) for label in labels)
    with connection.cursor() as cursor:
        for part in _parts(lines):
            text = StringIO("".join(part))
            cursor.copy_expert(f"COPY training_importedrow ({_COLUMNS}) FROM STDIN", text)


def _parts(lines: Iterator[str]) -> Iterator[list[str]]:
    while part := list(islice(lines, BULK)):
        yield part


def _line(imported: UUID, label: Label) -> str:
    cells = (
        str(imported),
        _escaped(label.key),
        "{" + ",".join(f"{count!r}" for count in label.counts) + "}",
        _escaped(json.dumps(dict(label.attributes))),
        "\\N" if label.artwork is None else str(label.artwork),
    )
    return "\t".join(cells) + "\n"


def _escaped(text: str) -> str:
    """As COPY reads it."""
    for letter, spelt in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(letter, spelt)
    return text
