"""Refuse rows of votes or shares that no metric can judge, naming the first bad one."""

import numpy as np
from numpy.typing import ArrayLike

from ml.evaluation.metrics import Array

SUM_TOLERANCE = 1e-3


class BadRowsError(ValueError):
    """A table of votes or shares cannot be judged: the caller must drop or repair ``row``.

    ``row`` counts from 0; None when the whole table has the wrong form.
    """

    def __init__(self, reason: str, *, row: int | None = None) -> None:
        super().__init__(reason if row is None else f"row {row}: {reason}")
        self.row = row


def checked_counts(counts: ArrayLike) -> Array:
    """(n, k) vote counts, k at least 2, as float64. Raises BadRowsError.

    Counts need not be whole numbers, as some data sets publish shares.
    """
    table = _table(counts)
    _refuse(~np.isfinite(table).all(axis=1), "a count is not a finite number")
    _refuse((table < 0).any(axis=1), "a count is negative")
    _refuse(table.sum(axis=1) <= 0, "there are no votes")
    return table


def checked_shares(shares: ArrayLike) -> Array:
    """(n, k) distributions whose rows sum to 1 within a thousandth. Raises BadRowsError."""
    table = _table(shares)
    _refuse(~np.isfinite(table).all(axis=1), "a share is not a finite number")
    _refuse((table < 0).any(axis=1), "a share is negative")
    off = np.abs(table.sum(axis=1) - 1.0) > SUM_TOLERANCE
    _refuse(off, "the shares do not sum to 1")
    return table


def checked_pair(predicted: ArrayLike, actual: ArrayLike) -> tuple[Array, Array]:
    """Two tables of shares of the same shape, two rows at least. Raises BadRowsError."""
    guessed, voted = checked_shares(predicted), checked_shares(actual)
    if guessed.shape != voted.shape:
        raise BadRowsError(f"cannot compare {guessed.shape} with {voted.shape}")
    if len(voted) < 2:
        raise BadRowsError("one picture cannot be ranked: bring at least two to judge by")
    return guessed, voted


def as_shares(counts: ArrayLike) -> Array:
    """(n, k) vote counts -> (n, k) shares on the same scale. Raises BadRowsError."""
    table = checked_counts(counts)
    shares: Array = table / table.sum(axis=1, keepdims=True)
    return shares


def _table(rows: ArrayLike) -> Array:
    try:
        table = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadRowsError(f"not a table of numbers: {error}") from error
    if table.ndim != 2 or table.shape[0] == 0 or table.shape[1] < 2:
        raise BadRowsError(f"a table is (rows, bins), not {table.shape}")
    return table


def _refuse(bad: ArrayLike, reason: str) -> None:
    if np.any(bad):
        raise BadRowsError(reason, row=int(np.argmax(bad)))
