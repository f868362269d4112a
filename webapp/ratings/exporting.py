"""Votes and standings as files, row by row; raters appear under their pseudonyms alone."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from ml.contracts.crowd import LEVELS
from webapp.common.errors import Conflict
from webapp.ratings.counting import counting_votes, counts
from webapp.ratings.models import Campaign, Entry, EntryRole, Mode, Vote

VOTE_COLUMNS: Final = (
    "rater", "file", "vote", "at", "comment", "entry", "kind", "outcome", "best", "reason",
    "purpose", "dwell_ms", "received_at", "counts", "uncounted", "id", "corrects",
)  # fmt: skip
ENTRY_COLUMNS: Final = (
    "entry", "file", "title", "role", "burst", "votes", "votes_mean", "mean", "sd", "low", "high",
    "divisive", "place", "settled", "prior_mean", "prior_sd", "disqualified_at", "disqualified_for",
    "generated",
)  # fmt: skip
COUNT_COLUMNS: Final = tuple(f"n{step}" for step in range(1, LEVELS + 1))
CHUNK: Final = 2000
_NO_TAG: Final = "0"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so


class ExportFormat(StrEnum):
    """ava: the rows of AVA.txt, ten counts for each picture."""

    CSV = "csv"
    JSON = "json"
    AVA = "ava"


class What(StrEnum):
    """One row a vote, or one an entry."""

    VOTES = "votes"
    ENTRIES = "entries"


class NoScores(Conflict):
    """The organiser must take another format: AVA has ten counts, which only scores give."""

    code = "no_scores"


@dataclass(frozen=True, slots=True)
class Export:
    """A file that is written while it is sent."""

    name: str
    content_type: str
    body: Iterator[str]


def export_of(campaign: Campaign, *, file_format: ExportFormat, what: What) -> Export:
    """Everything of one kind. Raises NoScores for AVA rows of anything but scores."""
    stem = f"campaign-{campaign.pk.hex[:8]}"
    if file_format is ExportFormat.AVA:
        if campaign.mode != Mode.SCORE:
            raise NoScores("Only a campaign of scores has ten counts. Take csv or json.")
        return Export(f"{stem}-AVA.txt", "text/plain; charset=utf-8", _ava(campaign))
    rows = _votes(campaign) if what is What.VOTES else _entries(campaign)
    if file_format is ExportFormat.JSON:
        body = _json(campaign, what, rows)
        return Export(f"{stem}-{what}.json", "application/json", body)
    columns = VOTE_COLUMNS if what is What.VOTES else (*ENTRY_COLUMNS, *COUNT_COLUMNS)
    return Export(f"{stem}-{what}.csv", "text/csv; charset=utf-8", _csv(columns, rows))


def _votes(campaign: Campaign) -> Iterator[dict[str, Any]]:
    """Every answer in the order of its coming, also those that do not count."""
    counted = ExpressionWrapper(counts(campaign), output_field=BooleanField())
    votes = Vote.objects.filter(campaign=campaign).select_related("rater", "assignment")
    files = _files(campaign)
    told = votes.annotate(counts=counted).order_by("received_at", "pk")
    for vote in told.iterator(chunk_size=CHUNK):
        shown: list[UUID] = vote.assignment.entries
        yield {
            "rater": vote.rater.pseudonym, "file": ";".join(files.get(pk, "") for pk in shown),
            "vote": _number(vote.value), "at": vote.cast_at, "comment": vote.comment,
            "entry": ";".join(str(pk) for pk in shown), "kind": vote.kind,
            "outcome": vote.outcome, "best": vote.best_id, "reason": vote.reason,
            "purpose": vote.assignment.purpose, "dwell_ms": vote.dwell_ms,
            "received_at": vote.received_at, "counts": vote.counts, "uncounted": vote.uncounted,
            "id": vote.pk, "corrects": vote.corrects_id,
        }  # fmt: skip


def _entries(campaign: Campaign) -> Iterator[dict[str, Any]]:
    """Best places first, with the counts of the votes that count."""
    files, tally = _files(campaign), _tally(campaign)
    generated = ExpressionWrapper(Q(artwork__generated__isnull=False), BooleanField())
    marked = campaign.entries.annotate(generated=generated)
    ordered = marked.order_by("place", "created_at", "pk")
    for entry in ordered.iterator(chunk_size=CHUNK):
        told = {name: getattr(entry, name) for name in ENTRY_COLUMNS[2:]}
        steps = tally.get(entry.pk, (0,) * LEVELS) if campaign.mode == Mode.SCORE else ()
        yield {
            "entry": entry.pk, "file": files.get(entry.pk, ""), **told,
            **dict(zip(COUNT_COLUMNS, steps, strict=False)),
        }  # fmt: skip


def _ava(campaign: Campaign) -> Iterator[str]:
    """index, id, ten counts, two tags (none), challenge, by spaces; pictures with votes only."""
    tally = _tally(campaign)
    number = campaign.pk.int % 1_000_000
    asked = campaign.entries.filter(role=EntryRole.ENTRY, disqualified_at=None)
    index = 0
    for pk in asked.order_by("created_at", "pk").values_list("pk", flat=True):
        if pk in tally:
            index += 1
            cells = (index, pk, *tally[pk], _NO_TAG, _NO_TAG, number)
            yield " ".join(str(cell) for cell in cells) + "\n"


def _tally(campaign: Campaign) -> dict[UUID, list[int]]:
    """Counted votes for 1 to 10 of each entry, of scores."""
    if campaign.mode != Mode.SCORE:
        return {}
    found: dict[UUID, list[int]] = {}
    grouped = counting_votes(campaign).values_list("assignment__entries", "value")
    for shown, value, count in grouped.annotate(n=Count("pk")).order_by():
        step = min(max(round(value), 1), LEVELS)
        found.setdefault(shown[0], [0] * LEVELS)[step - 1] += count
    return found


def _files(campaign: Campaign) -> dict[UUID, str]:
    """File names of the organiser's own pictures; those of others are named by their entry."""
    rows = Entry.objects.filter(campaign=campaign).values_list(
        "pk", "artwork__filename", "artwork__owner"
    )
    own = campaign.organiser_id
    return {pk: name if name and owner == own else str(pk) for pk, name, owner in rows}


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in chain([dict(zip(columns, columns, strict=True))], rows):
        line = StringIO()
        csv.writer(line).writerow(_cell(row.get(name)) for name in columns)
        yield line.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _json(campaign: Campaign, what: What, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    about = {
        "id": campaign.pk, "title": campaign.title, "mode": campaign.mode,
        "question": campaign.question,
        "attribute": campaign.attribute_id,
    }  # fmt: skip
    yield f'{{"campaign": {_text(about)}, "{what}": ['
    for nth, row in enumerate(rows):
        yield (",\n" if nth else "\n") + _text(row)
    yield "]}\n"


def _text(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
