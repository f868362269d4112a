"""What a table of old votes says, row by row."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ml.contracts.crowd import LEVELS
from webapp.common.errors import ApplicationError
from webapp.ratings.answers import MOST_LETTERS
from webapp.ratings.models import Campaign, Mode

MOST_ROWS: Final = 50_000  # some seconds; while they are stored nobody joins the campaign
MOST_NAMED: Final = 12  # columns that nobody asked for
MOST_TOLD: Final = 100  # refused rows; more would help nobody
EARLIEST: Final = 1826  # the first photograph; the database knows years that Python does not
_DELIMITERS: Final = (",", ";", "\t")
_COLUMNS: Final = ("rater", "file", "artwork", "vote", "at", "comment")


class BadTable(ApplicationError):
    """The organiser must send another table."""

    code = "bad_table"


class TooManyRows(ApplicationError):
    """The organiser must send the table in parts."""

    status = 413
    code = "too_large"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken; `line` counts from 1, the header."""

    line: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class OldVote:
    """One sound row. `assignment` is the same for the same rater and picture, in all imports."""

    line: int
    assignment: UUID
    rater: UUID
    entry: UUID
    value: float
    at: datetime | None
    comment: str


class _RowError(Exception):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


@dataclass(slots=True)
class VoteTable:
    """Sound rows, and why others are none."""

    total: int = 0
    rows: dict[UUID, OldVote] = field(default_factory=dict)  # by assignment
    refused: list[RefusedRow] = field(default_factory=list)

    def refuse(self, line: int, code: str, text: str) -> None:
        """Keep a reason, while there is room."""
        if len(self.refused) < MOST_TOLD:
            self.refused.append(RefusedRow(line, code, text))


def read_table(campaign: Campaign, table: Iterable[str]) -> VoteTable:
    """Against the pictures of the campaign. Raises BadTable, TooManyRows."""
    reader = _reader(table)
    entries = _named_entries(campaign)
    found = VoteTable()
    for line, cells in _lines(reader):
        found.total += 1
        if found.total > MOST_ROWS:
            raise TooManyRows(f"A table has {MOST_ROWS:,} rows at most. Split it; any order does.")
        try:
            row = _row(campaign, line, cells, entries)
        except _RowError as error:
            found.refuse(line, error.code, error.text)
            continue
        twin = found.rows.setdefault(row.assignment, row)
        if twin is not row:
            found.refuse(line, "twice", f"This rater voted on it in line {twin.line}.")
    return found


def _reader(table: Iterable[str]) -> "csv.DictReader[str]":
    """With the separator that makes most columns of the first line; case and spaces say nothing.

    Raises BadTable.
    """
    lines = iter(table)
    header = next(lines, "")
    try:
        found = [(_names(header, each), each) for each in _DELIMITERS]
    except csv.Error as error:
        raise BadTable(f"The first line is not CSV: {error}.") from error
    names, delimiter = max(found, key=lambda each: len(set(_COLUMNS) & set(each[0])))
    _require_columns(names)
    return csv.DictReader(lines, names, delimiter=delimiter)


def _names(header: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([header], delimiter=delimiter), [])
    return [cell.strip().lower() for cell in cells]


def _require_columns(names: list[str]) -> None:
    missing = [name for name in ("rater", "vote") if name not in names]
    if not {"file", "artwork"} & set(names):
        missing.append("file or artwork")
    if missing:
        said = ", ".join(repr(name[:40]) for name in names[:MOST_NAMED]) or "nothing"
        raise BadTable(
            "The first line names the columns rater, file or artwork, and vote, separated by "
            f"commas, semicolons or tabs. Missing: {', '.join(missing)}. It names {said}."
        )
    twice = [name for name in _COLUMNS if names.count(name) > 1]
    if twice:
        raise BadTable(f"The first line names {twice[0]} more than once.")


def _lines(reader: "csv.DictReader[str]") -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        for cells in reader:
            yield reader.line_num + 1, {name: (cells.get(name) or "").strip() for name in _COLUMNS}
    except csv.Error as error:
        raise BadTable(f"Line {reader.line_num + 1} is not CSV: {error}.") from error


def _row(
    campaign: Campaign, line: int, cells: Mapping[str, str], entries: Mapping[str, UUID | None]
) -> OldVote:
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
    value, at = _value(campaign, cells["vote"]), _at(cells["at"])
    return OldVote(line, uuid5(rater, entry.hex), rater, entry, value, at, comment)


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
    if moment is None or moment.year < EARLIEST:
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
