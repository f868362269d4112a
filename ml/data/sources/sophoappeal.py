"""Sophoappeal: photos reduced to 80 x 80 tiles, votes 1-5 in count_1..count_5."""

from collections.abc import Iterator
from pathlib import Path

from ml.data.rows import Labels, RawRow, gather
from ml.data.samples import VoteRow
from ml.data.sources.cells import cells_of, known_numbers, words
from ml.data.spec import SourceSpec
from ml.data.tables import columns_of, read_rows

NAME = "sophoappeal"
STEPS = 5
_COLUMNS = tuple(f"count_{step}" for step in range(1, STEPS + 1))
_AADB = "aadb_"


def read(spec: SourceSpec) -> Labels:
    """The folder holds labels.csv and tiles80/. Raises DataSetError."""
    folder = spec.path
    return gather(NAME, _rows(folder / "labels.csv"), steps=STEPS, images=folder / "tiles80")


def _rows(table: Path) -> Iterator[RawRow]:
    extra = {name.removeprefix(_AADB): name for name in columns_of(table) if _AADB in name}
    for row in read_rows(table, required={"tile", *_COLUMNS}):
        key = row.get("tile", "").strip()
        label = VoteRow(
            key=key,
            counts=(),
            tags=words(row.get("db")),
            attributes=known_numbers(row, extra),
            file=key,
        )
        yield RawRow(label, cells_of(row, _COLUMNS))
