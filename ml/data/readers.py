"""Readers of the two vote data sets that the first scorer learns from.

OASIS beauty: 700 photos, votes 1-7 in the columns b1..b7. Sophoappeal: 80 x 80 tiles, votes 1-5
in the columns count_1..count_5; rows without votes are left out.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from ml.data.samples import DataSetError, Panel, VotedPicture

OASIS = "oasis"
SOPHOAPPEAL = "sophoappeal"


def read_oasis(folder: Path) -> Panel:
    """The folder holds ratings.csv and images/. Raises DataSetError."""
    columns = [f"b{step}" for step in range(1, 8)]
    rows = _rows(folder / "ratings.csv", required=["file", *columns])
    return _panel(OASIS, rows, key="file", columns=columns, images=folder / "images")


def read_sophoappeal(folder: Path) -> Panel:
    """The folder holds labels.csv and tiles80/. Raises DataSetError."""
    columns = [f"count_{step}" for step in range(1, 6)]
    rows = _rows(folder / "labels.csv", required=["tile", *columns])
    return _panel(SOPHOAPPEAL, rows, key="tile", columns=columns, images=folder / "tiles80")


def _panel(
    name: str, rows: Iterator[dict[str, str]], *, key: str, columns: list[str], images: Path
) -> Panel:
    pictures: list[VotedPicture] = []
    for row in rows:
        counts = tuple(_count(row[column]) for column in columns)
        if sum(counts) == 0:
            continue
        path = images / row[key]
        if not path.is_file():
            raise DataSetError(f"{path} is named in the table but is not there")
        pictures.append(VotedPicture(key=row[key], path=path, counts=counts))
    return Panel.of(name, pictures)


def _count(text: str) -> float:
    """Votes in a cell; an empty cell has none."""
    try:
        return float(text) if text.strip() else 0.0
    except ValueError as error:
        raise DataSetError(f"{text!r} is not a number of votes") from error


def _rows(table: Path, *, required: list[str]) -> Iterator[dict[str, str]]:
    if not table.is_file():
        raise DataSetError(f"{table} is not there")
    with table.open(newline="", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        missing = set(required) - set(reader.fieldnames or ())
        if missing:
            raise DataSetError(f"{table} lacks the columns {sorted(missing)}")
        yield from reader
