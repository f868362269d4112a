"""Text tables on disk, plain or gzipped, with errors that name the file."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ml.data.samples import DataSetError

EXTRA = "\N{NULL}extra cells"

Row = Mapping[str, str]


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open UTF-8 text, through gzip for ``.gz``. Raises DataSetError, also while reading."""
    if not path.is_file():
        raise DataSetError(f"{path} is not there")
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as handle:
                yield handle
        else:
            with path.open(encoding="utf-8-sig", newline="") as handle:
                yield handle
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise DataSetError(f"{path} cannot be read as text: {error}") from error


def read_lines(path: Path) -> Iterator[str]:
    """Lines that are not blank, without surrounding space. Raises DataSetError."""
    with open_text(path) as handle:
        for line in handle:
            if text := line.strip():
                yield text


def read_rows(path: Path, *, required: set[str] | frozenset[str] = frozenset()) -> Iterator[Row]:
    """Rows of a CSV by column. Raises DataSetError.

    A row lacks the columns that its line lacks; cells beyond the header stand under ``EXTRA``.
    """
    with open_text(path) as handle:
        reader = csv.DictReader(handle)
        missing = required - set(reader.fieldnames or ())
        if missing:
            raise DataSetError(f"{path} lacks the columns {sorted(missing)}")
        for row in reader:
            extra = row.pop(None, None)
            cells = {name: cell for name, cell in row.items() if cell is not None}
            yield cells if extra is None else {**cells, EXTRA: ",".join(extra)}


def columns_of(path: Path) -> tuple[str, ...]:
    """The header of a CSV. Raises DataSetError."""
    with open_text(path) as handle:
        return tuple(csv.DictReader(handle).fieldnames or ())


def find_table(path: Path, *, names: tuple[str, ...]) -> Path:
    """The table that ``path`` is, or that lies in it by one of ``names``, or as the only CSV.

    Raises DataSetError.
    """
    if path.is_file():
        return path
    for name in names:
        if (path / name).is_file():
            return path / name
    found = [*path.glob("*.csv"), *path.glob("*.csv.gz")]
    if len(found) == 1:
        return found[0]
    looked = ", ".join(names)
    problem = f"holds {len(found)} CSV files" if path.is_dir() else "is not there"
    raise DataSetError(f"{path} {problem}; expected a table, or a folder with one of: {looked}")
