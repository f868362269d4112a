"""Photos in the style of paintings: a folder of pictures with a table of where each came from."""

import csv
from dataclasses import dataclass
from pathlib import Path

from ml.data.samples import DataSetError

TABLE = "pairs.csv"
_FIELDS = {"file", "label", "content", "style"}


@dataclass(frozen=True, slots=True)
class Stylised:
    """``content``: the photo and ``style``: the painting, by the names of their files."""

    path: Path
    content: str
    style: str


def read_stylised(folder: Path) -> tuple[Stylised, ...]:
    """What ``python -m ml.cli style pairs`` wrote. Raises DataSetError."""
    table = folder / TABLE
    try:
        with table.open(newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
    except OSError as error:
        raise DataSetError(f"{table} cannot be read: {error}") from error
    if not rows or not set(rows[0]) >= _FIELDS:
        raise DataSetError(f"{table} lacks rows or one of the columns {', '.join(sorted(_FIELDS))}")
    found = tuple(Stylised(folder / row["file"], row["content"], row["style"]) for row in rows)
    if missing := [str(one.path) for one in found if not one.path.is_file()]:
        raise DataSetError(f"{len(missing)} files of {table} are missing, such as {missing[0]}")
    return found
