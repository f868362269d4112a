"""Cells of a table's row: votes, words, numbers that may be missing."""

from collections.abc import Mapping, Sequence
from math import isfinite

from ml.data.tables import EXTRA, Row


def cells_of(row: Row, columns: Sequence[str]) -> tuple[str, ...]:
    """The vote cells that are there.

    A line that is too long gives one more, so that its length is found to be wrong and its
    shifted cells are not taken for votes.
    """
    cells = tuple(row[column] for column in columns if column in row)
    return (*cells, row[EXTRA]) if EXTRA in row else cells


def known_numbers(row: Row, columns: Mapping[str, str]) -> dict[str, float]:
    """Finite numbers by name, from ``columns`` {name: column}; other cells are left out."""
    found: dict[str, float] = {}
    for name, column in columns.items():
        try:
            value = float(row.get(column, ""))
        except ValueError:
            continue
        if isfinite(value):
            found[name] = value
    return found


def words(cell: str | None, *, separator: str = ";") -> tuple[str, ...]:
    """The words of a cell, without empty ones."""
    return tuple(word.strip() for word in (cell or "").split(separator) if word.strip())
