"""Check rows of labels one by one: what is kept, and the named reason for what is not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path, PurePosixPath

from ml.contracts.votes import BINS
from ml.data.faults import Fault, FaultReason
from ml.data.samples import DataSetError, SingleVotes, VoteRow, VoteTable

PARTS = ("", "train", "validation", "test")


class RowError(ValueError):
    """A row cannot be used; ``reason`` and the message go into the report."""

    def __init__(self, reason: FaultReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in a table: ``label`` without counts, and its vote ``cells``.

    ``problem``: what the reader of the source already found wrong with it.
    """

    label: VoteRow
    cells: Sequence[str | float] = ()
    problem: RowError | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """A checked table, how many rows it was made of, and where its pictures are.

    ``digests``: sha256 that the picture of a key must have, where the source promises one.
    ``complete``: False when rows were left out on purpose, so that files without a row are fine.
    """

    table: VoteTable
    rows_read: int
    images: Path | None = None
    digests: dict[str, str] | None = None
    complete: bool = True


def gather(
    name: str,
    raw: Iterable[RawRow],
    *,
    steps: int,
    images: Path | None = None,
    spread_known: bool = True,
    notes: tuple[str, ...] = (),
    single_votes: SingleVotes | None = None,
    digests: dict[str, str] | None = None,
) -> Labels:
    """Check every row on a scale of ``steps``. Raises DataSetError when none is left."""
    rows: dict[str, VoteRow] = {}
    faults: list[Fault] = []
    read = 0
    for read, row in enumerate(raw, start=1):
        _sort_in(row, read, rows, faults, steps=steps)
    if not rows:
        raise DataSetError(nothing_left(name, faults))
    table = VoteTable(
        name=name,
        steps=steps,
        rows=tuple(rows[key] for key in sorted(rows)),
        faults=tuple(faults),
        spread_known=spread_known,
        notes=notes,
        single_votes=single_votes,
    )
    return Labels(table=table, rows_read=read, images=images, digests=digests)


def limited(labels: Labels, limit: int | None) -> Labels:
    """Every so many-th row, ``limit`` in all; a note says so. Raises DataSetError below 1."""
    rows = labels.table.rows
    if limit is None or limit >= len(rows):
        return labels
    if limit < 1:
        raise DataSetError(f"{limit} rows are nothing to look at")
    kept = tuple(rows[position * len(rows) // limit] for position in range(limit))
    note = f"Only {limit:,} of {len(rows):,} rows were looked at."
    table = replace(labels.table, rows=kept, notes=(*labels.table.notes, note))
    return replace(labels, table=table, complete=False)


def nothing_left(name: str, faults: Sequence[Fault], *, shown: int = 3) -> str:
    """The message for a source of which nothing can be used."""
    reasons = "; ".join(f"{fault.item}: {fault.detail}" for fault in faults[:shown])
    more = f"; and {len(faults) - shown} more" if len(faults) > shown else ""
    return f"{name} holds no voted pictures{': ' if reasons else ''}{reasons}{more}"


def number(cell: str | float, *, what: str = "number of votes") -> float:
    """A finite number. Raises RowError."""
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise RowError(FaultReason.NOT_A_NUMBER, f"{cell!r} is not a {what}")
    return value


def mean_as_counts(mean: float, *, steps: int, votes: float) -> tuple[float, ...]:
    """``votes`` votes on the two steps around ``mean``, which they keep exactly.

    Raises RowError when ``mean`` lies outside 1..steps.
    """
    if not 1 <= mean <= steps:
        raise RowError(FaultReason.OFF_SCALE, f"a mean of {mean:g} lies outside 1 to {steps}")
    lower = min(int(mean), steps - 1)
    counts = [0.0] * steps
    counts[lower - 1] = votes * (lower + 1 - mean)
    counts[lower] = votes * (mean - lower)
    return tuple(counts)


def _sort_in(
    row: RawRow, line: int, rows: dict[str, VoteRow], faults: list[Fault], *, steps: int
) -> None:
    """Add a row to those that are kept, or the reason against it to the faults."""
    try:
        rows[row.label.key] = _checked(row, steps=steps, taken=rows)
    except RowError as error:
        faults.append(Fault(row.label.key or f"row {line}", error.reason, str(error)))


def _checked(row: RawRow, *, steps: int, taken: dict[str, VoteRow]) -> VoteRow:
    label = row.label
    if not label.key:
        raise RowError(FaultReason.UNNAMED_ROW, "the row names no picture")
    if row.problem is not None:
        raise row.problem
    if label.key in taken:
        raise RowError(FaultReason.DUPLICATE_ROW, "an earlier row has the same name")
    if label.part not in PARTS:
        raise RowError(
            FaultReason.UNKNOWN_PART, f"{label.part!r} is not one of train, validation, test"
        )
    _check_name(label.file)
    return replace(label, counts=_counts(row.cells, steps=steps))


def _check_name(file: str) -> None:
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or "\0" in file or "\\" in file:
        raise RowError(FaultReason.UNSAFE_NAME, f"{file!r} leads out of the picture folder")


def _counts(cells: Sequence[str | float], *, steps: int) -> tuple[float, ...]:
    """Vote counts; an empty cell has no votes."""
    if len(cells) != steps:
        raise RowError(
            FaultReason.WRONG_LENGTH, f"{len(cells)} counts where the scale has {steps} steps"
        )
    counts = tuple(
        0.0 if isinstance(cell, str) and not cell.strip() else number(cell) for cell in cells
    )
    if min(counts) < 0:
        raise RowError(FaultReason.NEGATIVE, f"{min(counts):g} votes for one step")
    if sum(counts) <= 0:
        raise RowError(FaultReason.ZERO_VOTES, "nobody voted")
    return counts


def check_steps(steps: int) -> int:
    """A scale that ten bins can hold. Raises DataSetError."""
    if not 2 <= steps <= BINS:
        raise DataSetError(f"a scale has 2 to {BINS} steps, not {steps}")
    return steps
