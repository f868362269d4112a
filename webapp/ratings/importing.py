"""Old votes from a table: each row once, however often the table comes."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ml.contracts.crowd import LEVELS
from webapp.common.errors import ApplicationError, Conflict
from webapp.events.publish import tell_campaign
from webapp.ratings.answers import MOST_LETTERS
from webapp.ratings.counting import lock_all, recount
from webapp.ratings.fusions import ask_for_fusion
from webapp.ratings.models import (
    Assignment,
    Campaign,
    CampaignState,
    Mode,
    Rater,
    Vote,
    VoteKind,
)
from webapp.ratings.pseudonyms import pseudonym

MOST_ROWS: Final = 250_000
MOST_TOLD: Final = 100  # refused rows; more would help nobody
BULK: Final = 5000
KINDS: Final = {Mode.SCORE: VoteKind.SCORE, Mode.ATTRIBUTE: VoteKind.ATTRIBUTE}


class BadTable(ApplicationError):
    """The organiser must send another table."""

    code = "bad_table"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken; `line` counts from 1, the header."""

    line: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a table; of the refused rows the first hundred."""

    read: int
    added: int
    already: int
    refused: tuple[RefusedRow, ...]
    raters: int


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    rater: UUID
    entry: UUID
    value: float
    at: datetime | None
    comment: str

    @property
    def assignment(self) -> UUID:
        """The same for the same rater and picture: a second import finds it."""
        return uuid5(self.rater, self.entry.hex)


class _RowError(Exception):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


@dataclass(slots=True)
class _Read:
    """Sound rows, and why others are none."""

    total: int = 0
    rows: dict[UUID, _Row] = field(default_factory=dict)  # by assignment
    refused: list[RefusedRow] = field(default_factory=list)

    def refuse(self, line: int, code: str, text: str) -> None:
        """Keep a reason, while there is room."""
        if len(self.refused) < MOST_TOLD:
            self.refused.append(RefusedRow(line, code, text))


def import_votes(campaign: Campaign, table: Iterable[str]) -> Imported:
    """Keep the votes of a CSV with the columns rater, file or artwork, vote, perhaps at, comment.

    Raters become raters without an account, under pseudonyms; the names of the table are not
    kept. Idempotent. Raises BadTable for one without the columns, Conflict after the reveal and
    for modes without votes on single pictures.
    """
    if campaign.mode not in KINDS:
        raise Conflict("Only votes on single pictures are imported.", code="no_single_votes")
    if campaign.state is CampaignState.REVEALED:
        raise Conflict("The results are out; no votes come after.", code="revealed")
    return _keep(campaign, _read(campaign, table))


def _read(campaign: Campaign, table: Iterable[str]) -> _Read:
    reader = csv.DictReader(table)
    names = _header(reader)
    if not {"rater", "vote"} <= names or not names & {"file", "artwork"}:
        raise BadTable("The first line names the columns: rater, file or artwork, and vote.")
    entries = _named_entries(campaign)
    found = _Read()
    for line, cells in _lines(reader):
        found.total += 1
        if found.total > MOST_ROWS:
            raise BadTable(f"A table has {MOST_ROWS} rows at most. Send it in parts.")
        try:
            row = _row(campaign, line, cells, entries)
        except _RowError as error:
            found.refuse(line, error.code, error.text)
            continue
        twin = found.rows.setdefault(row.assignment, row)
        if twin is not row:
            found.refuse(line, "twice", f"This rater voted on it in line {twin.line}.")
    return found


def _header(reader: "csv.DictReader[str]") -> set[str]:
    try:
        return set(reader.fieldnames or ())
    except csv.Error as error:
        raise BadTable(f"This is not CSV: {error}.") from error


def _lines(reader: "csv.DictReader[str]") -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        for cells in reader:
            yield reader.line_num, {name: (cells.get(name) or "").strip() for name in _COLUMNS}
    except csv.Error as error:
        raise BadTable(f"Line {reader.line_num} is not CSV: {error}.") from error


_COLUMNS: Final = ("rater", "file", "artwork", "vote", "at", "comment")


def _row(
    campaign: Campaign, line: int, cells: Mapping[str, str], entries: Mapping[str, UUID | None]
) -> _Row:
    if not cells["rater"] or len(cells["rater"]) > MOST_LETTERS:
        raise _RowError("no_rater", "No rater is named.")
    named = cells["artwork"] or cells["file"]
    if named not in entries:
        raise _RowError("unknown_picture", f"{named[:80]!r} is no picture of this campaign.")
    entry = entries[named]
    if entry is None:
        raise _RowError("ambiguous", f"Several pictures are called {named[:80]!r}.")
    rater = uuid5(campaign.pk, f"rater:{cells['rater']}")
    comment = cells["comment"][:MOST_LETTERS].replace("\0", "")
    return _Row(line, rater, entry, _value(campaign, cells["vote"]), _at(cells["at"]), comment)


def _value(campaign: Campaign, said: str) -> float:
    low, high = 1.0, float(LEVELS)
    if campaign.attribute is not None:
        low, high = campaign.attribute.low, campaign.attribute.high
    try:
        value = float(said)
    except ValueError:
        raise _RowError("not_a_number", f"{said[:40]!r} is no vote.") from None
    whole = campaign.mode == Mode.SCORE or bool(campaign.attribute and campaign.attribute.choices)
    if not low <= value <= high or (whole and value != round(value)):
        raise _RowError("off_scale", f"A vote is from {low:g} to {high:g}, not {said[:40]}.")
    return value


def _at(said: str) -> datetime | None:
    if not said:
        return None
    try:
        moment = parse_datetime(said)
    except ValueError:
        moment = None
    if moment is None:
        raise _RowError("bad_time", f"{said[:40]!r} is no time. Write 2026-05-01T12:00:00Z.")
    aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    return min(aware, timezone.now())


def _named_entries(campaign: Campaign) -> dict[str, UUID | None]:
    """Entries by file name, id of the artwork and own id; None for a name that several have."""
    found: dict[str, UUID | None] = {}
    rows = campaign.entries.values_list("pk", "artwork_id", "artwork__filename")
    for pk, artwork, filename in rows:
        found |= {str(pk): pk, str(artwork): pk}
        if filename:
            found[filename] = None if filename in found else pk
    found.pop("None", None)
    return found


@transaction.atomic
def _keep(campaign: Campaign, read: _Read) -> Imported:
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign.pk)
    lock_all(campaign)
    earlier = _earlier(campaign)
    known = {pk: earlier[pk] for pk in read.rows if pk in earlier}
    for pk, value in known.items():
        row = read.rows.pop(pk)
        if value != row.value:
            text = f"This rater gave it {value:g} in an earlier import."
            read.refuse(row.line, "already_voted", text)
    rows = list(read.rows.values())
    fresh = _new_raters(campaign, {row.rater for row in rows})
    for start in range(0, len(rows), BULK):
        _store(campaign, rows[start : start + BULK])
    if rows:
        recount(campaign)
        ask_for_fusion(campaign)
        tell_campaign(campaign.pk)
    return Imported(read.total, len(rows), len(known), tuple(read.refused), fresh)


def _earlier(campaign: Campaign) -> dict[UUID, float | None]:
    """Votes of earlier imports, by assignment."""
    votes = Vote.objects.filter(campaign=campaign, rater__user=None, rater__consented_at=None)
    return dict(votes.values_list("assignment_id", "value"))


def _new_raters(campaign: Campaign, wanted: set[UUID]) -> int:
    """Raters without an account and without consent for those that are not there yet."""
    known = dict(campaign.raters.values_list("pk", "pseudonym"))
    taken = set(known.values())
    fresh = []
    for pk in sorted(wanted - known.keys()):
        name = pseudonym(taken)
        taken.add(name)
        fresh.append(Rater(pk=pk, campaign=campaign, pseudonym=name))
    Rater.objects.bulk_create(fresh, batch_size=BULK)
    return len(fresh)


def _store(campaign: Campaign, rows: list[_Row]) -> None:
    now, kind = timezone.now(), KINDS[Mode(campaign.mode)]
    Assignment.objects.bulk_create(
        Assignment(
            pk=row.assignment, rater_id=row.rater, entries=[row.entry], expires_at=now,
            answered_at=row.at or now,
        )
        for row in rows
    )  # fmt: skip
    Vote.objects.bulk_create(
        Vote(
            campaign=campaign, rater_id=row.rater, assignment_id=row.assignment, kind=kind,
            value=row.value, comment=row.comment, cast_at=row.at or now, received_at=now,
        )
        for row in rows
    )  # fmt: skip
