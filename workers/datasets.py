"""Take data sets of others in: read and clean their labels, and upload their pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from ml.data.attribute_columns import COLUMNS
from ml.data.faults import CleaningReport, Fault, FaultReason
from ml.data.joining import join, labels_alone
from ml.data.readers import read_labels
from ml.data.rows import limited
from ml.data.samples import Reading, VotedPicture, VoteRow
from ml.data.spec import SourceSpec
from webapp.accounts.models import User
from webapp.catalogue.services import OverQuota
from webapp.common.errors import ApplicationError
from webapp.gallery.services import accept_upload
from webapp.training.imported import LONGEST_KEY, Label

KEPT_FAULTS: Final = 200  # of the report that is stored; its tally counts all
_OURS: Final = {theirs: ours for ours, theirs in COLUMNS.items()}

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """Pictures that are in the library now, by row; what was refused, and why."""

    artworks: Mapping[str, UUID]
    refused: tuple[Fault, ...]


def read(spec: SourceSpec, *, limit: int | None, tell: Tell) -> Reading:
    """Labels, and the pictures where `spec` names their folder. Raises DataSetError."""
    labels = limited(read_labels(spec), limit)
    tell("rows read", labels.rows_read, labels.rows_read)
    if spec.images is None:
        return labels_alone(labels)
    return join(labels, spec.images, looked=lambda done, all_: tell("looked at", done, all_))


def upload(pictures: Sequence[VotedPicture], owner: User, *, medium: str, tell: Tell) -> Taken:
    """Every picture as if its owner had uploaded it; those that are there already stay.

    Raises OverQuota when the library is full; what came before stays, and doing it again goes on.
    """
    artworks: dict[str, UUID] = {}
    refused: list[Fault] = []
    for done, picture in enumerate(pictures, start=1):
        try:
            artworks[picture.key] = _upload(picture.path, owner, medium)
        except OverQuota:
            raise
        except ApplicationError as error:
            refused.append(Fault(picture.key, FaultReason.CORRUPT_FILE, error.detail))
        tell("uploaded", done, len(pictures))
    return Taken(artworks, tuple(refused))


def labels_of(reading: Reading, artworks: Mapping[str, UUID]) -> Iterator[Label]:
    """The rows that are kept, attributes under our names."""
    for row in reading.table.rows:
        if _keepable(row):
            yield Label(
                key=row.key,
                counts=row.counts,
                attributes={_OURS.get(name, name): value for name, value in row.attributes.items()},
                artwork=artworks.get(row.key),
            )


def cleaned(reading: Reading, refused: Sequence[Fault] = ()) -> CleaningReport:
    """What the reader found, and what the product does not take."""
    odd = [
        Fault(row.key[:80], FaultReason.UNSAFE_NAME, f"its name has over {LONGEST_KEY} letters")
        for row in reading.table.rows
        if not _keepable(row)
    ]
    report = reading.report
    return replace(report, faults=(*report.faults, *odd, *refused))


def kept_report(
    report: CleaningReport, reading: Reading, labels: Sequence[Label]
) -> dict[str, Any]:
    """As it stays with the set."""
    told = report.as_json()
    found: dict[str, int] = {}
    for label in labels:
        for name in label.attributes:
            found[name] = found.get(name, 0) + 1
    return {
        **told,
        "faults": list(told["faults"])[:KEPT_FAULTS],  # type: ignore[call-overload]  # a list
        "notes": list(reading.table.notes),
        "spread_known": reading.table.spread_known,
        "attributes": found,
        "raters": _raters(reading),
    }


def _raters(reading: Reading) -> int:
    """Whom the table names; without their names nobody knows how many they are."""
    votes = reading.table.single_votes
    return 0 if votes is None else sum(1 for name in votes.raters if name)


def _keepable(row: VoteRow) -> bool:
    return len(row.key) <= LONGEST_KEY and "\0" not in row.key


def _upload(path: Path, owner: User, medium: str) -> UUID:
    with path.open("rb") as file:
        accepted = accept_upload(
            owner=owner, content=file, filename=path.name, medium=medium, title=path.stem
        )
    return accepted.artwork.pk
