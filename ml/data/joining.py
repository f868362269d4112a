"""Bring labels and picture files together; list every row and file that finds no partner."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ml.data.duplicates import near_pairs
from ml.data.faults import CleaningReport, Fault, FaultReason
from ml.data.outliers import odd_files
from ml.data.pictures import SUFFIXES, examine_all
from ml.data.rows import Labels, nothing_left
from ml.data.samples import (
    DataSetError,
    Panel,
    PictureFacts,
    Reading,
    VotedPicture,
    VoteRow,
    VoteTable,
)


@dataclass(frozen=True, slots=True)
class _Usable:
    """A row whose picture was decoded."""

    row: VoteRow
    path: Path
    facts: PictureFacts


def _untold(_done: int, _total: int) -> None:
    """Nobody wants to hear."""


def labels_alone(labels: Labels) -> Reading:
    """The reading of a source without pictures."""
    return Reading(table=labels.table, panel=None, report=_report(labels, labels.table.faults))


def join(labels: Labels, images: Path, *, looked: Callable[[int, int], None] = _untold) -> Reading:
    """Check every picture of every row. Raises DataSetError when no picture can be used.

    ``looked`` hears how many of how many pictures were opened.
    """
    if not images.is_dir():
        raise DataSetError(f"the picture folder {images} is not there")
    folder = _index(images)
    faults: list[Fault] = list(labels.table.faults)
    found = dict(_found(labels.table, folder, images, faults))
    usable = list(_usable(labels.table, found, labels.digests or {}, faults, looked))
    usable = _without_copies(usable, faults)
    faults += _looks_alike(usable)
    faults += odd_files([item.facts for item in usable])
    if labels.complete:
        faults += _unnamed(folder, set(found.values()))
    panel = _panel(labels.table, usable, faults)
    kept = tuple(item.facts for item in usable)
    report = _report(labels, faults, kept=len(usable), files=len(folder))
    return Reading(table=labels.table, panel=panel, report=report, files=kept)


def _report(
    labels: Labels, faults: Sequence[Fault], *, kept: int | None = None, files: int = 0
) -> CleaningReport:
    return CleaningReport(
        source=labels.table.name,
        faults=tuple(faults),
        rows_read=labels.rows_read,
        rows_kept=len(labels.table.rows) if kept is None else kept,
        files_seen=files,
    )


def _index(images: Path) -> dict[str, Path]:
    """Picture files below the folder, by their name relative to it."""
    return {
        path.relative_to(images).as_posix(): path
        for path in sorted(images.rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.is_file()
    }


def _found(
    table: VoteTable, folder: Mapping[str, Path], images: Path, faults: list[Fault]
) -> Iterator[tuple[str, Path]]:
    """(key, path) of each row that has a file; a file may have another picture suffix."""
    by_stem = {name[: -len(path.suffix)]: path for name, path in folder.items()}
    for row in table.rows:
        suffix = Path(row.file).suffix
        stem = row.file[: -len(suffix)] if suffix.lower() in SUFFIXES else row.file
        path = folder.get(row.file) or by_stem.get(stem)
        if path is None:
            where = images / row.file
            detail = f"{where} is named in the table but is not there"
            faults.append(Fault(row.key, FaultReason.MISSING_FILE, detail))
        else:
            yield row.key, path


def _unnamed(folder: Mapping[str, Path], named: set[Path]) -> Iterator[Fault]:
    for name, path in folder.items():
        if path not in named:
            yield Fault(name, FaultReason.UNLABELLED_FILE, "no usable row names this file")


def _usable(
    table: VoteTable,
    found: Mapping[str, Path],
    digests: Mapping[str, str],
    faults: list[Fault],
    looked: Callable[[int, int], None],
) -> Iterator[_Usable]:
    rows = [row for row in table.rows if row.key in found]
    examined = examine_all((row.key, found[row.key]) for row in rows)
    for done, (row, facts) in enumerate(zip(rows, examined, strict=True), start=1):
        looked(done, len(rows))
        if isinstance(facts, Fault):
            faults.append(facts)
        elif digests.get(row.key, facts.fingerprint.digest) != facts.fingerprint.digest:
            detail = f"{found[row.key].name} has sha256 {facts.fingerprint.digest}"
            faults.append(Fault(row.key, FaultReason.WRONG_DIGEST, detail))
        else:
            yield _Usable(row=row, path=found[row.key], facts=facts)


def _without_copies(usable: Sequence[_Usable], faults: list[Fault]) -> list[_Usable]:
    """The first row of each picture; files of equal bytes are one picture."""
    first: dict[str, _Usable] = {}
    for item in usable:
        kept = first.setdefault(item.facts.fingerprint.digest, item)
        if kept is not item:
            detail = f"the file has the same bytes as {kept.row.key}"
            faults.append(Fault(item.row.key, FaultReason.DUPLICATE_PICTURE, detail))
    return list(first.values())


def _looks_alike(usable: Sequence[_Usable]) -> Iterator[Fault]:
    for first, second in near_pairs([item.facts.fingerprint for item in usable]):
        detail = f"looks like {usable[first].row.key}; a split must not part them"
        yield Fault(usable[second].row.key, FaultReason.NEAR_DUPLICATE, detail)


def _panel(table: VoteTable, usable: Sequence[_Usable], faults: Sequence[Fault]) -> Panel:
    if not usable:
        raise DataSetError(nothing_left(table.name, faults))
    pictures = [
        VotedPicture(
            key=item.row.key,
            path=item.path,
            counts=item.row.counts,
            tags=item.row.tags,
            challenge=item.row.challenge,
            attributes=item.row.attributes,
            part=item.row.part,
            group=item.row.group,
            fingerprint=item.facts.fingerprint,
        )
        for item in usable
    ]
    return Panel.of(
        table.name, pictures, spread_known=table.spread_known, single_votes=table.single_votes
    )
