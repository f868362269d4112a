"""Single votes of known raters: a table with one line for each vote."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.data.faults import Fault, FaultReason
from ml.data.rows import RowError, check_steps, number
from ml.data.samples import DataSetError, SingleVotes
from ml.data.tables import columns_of, read_rows

_VOTE = re.compile(r"vote(?:_1_(\d+))?")


@dataclass(frozen=True, slots=True)
class VoteLines:
    """The votes that can be used, the scale, and what was wrong with the others."""

    votes: SingleVotes
    steps: int
    steps_given: bool
    faults: tuple[Fault, ...]
    read: int

    def counts(self) -> dict[str, tuple[float, ...]]:
        """Votes for every step, by key."""
        table = np.zeros((len(self.votes.keys), self.steps))
        np.add.at(table, (self.votes.picture, self.votes.vote - 1), 1)
        return {
            key: tuple(float(count) for count in row)
            for key, row in zip(self.votes.keys, table, strict=True)
        }


def read_vote_lines(path: Path, *, steps: int | None = None) -> VoteLines:
    """Columns ``file`` and ``vote`` or ``vote_1_K``, ``rater`` if known. Raises DataSetError.

    The scale is ``steps``, else the K of the header, else the largest vote seen.
    """
    column, promised = vote_column(path)
    cells = [
        (row.get("rater", "").strip(), row.get("file", "").strip(), row.get(column, ""))
        for row in read_rows(path, required={"file", column})
    ]
    faults: list[Fault] = []
    lines = list(_checked(cells, faults))
    given = steps or promised
    scale = check_steps(given or max((vote for _, _, vote in lines), default=0))
    kept = [line for line in lines if line[2] <= scale]
    faults += [
        Fault(key, FaultReason.OFF_SCALE, f"a vote of {vote} on a scale of 1 to {scale}")
        for _, key, vote in lines
        if vote > scale
    ]
    return VoteLines(
        votes=_packed(kept),
        steps=scale,
        steps_given=given is not None,
        faults=tuple(faults),
        read=len(cells),
    )


def vote_column(path: Path) -> tuple[str, int | None]:
    """The column of single votes and the scale its name promises. Raises DataSetError."""
    for name in columns_of(path):
        if matched := _VOTE.fullmatch(name):
            return name, int(matched[1]) if matched[1] else None
    raise DataSetError(f"{path} lacks a column 'vote'")


def _checked(
    cells: Iterable[tuple[str, str, str]], faults: list[Fault]
) -> Iterable[tuple[str, str, int]]:
    """Yields (rater, key, vote) and adds what is wrong to ``faults``."""
    voted: set[tuple[str, str]] = set()
    for line, (rater, key, cell) in enumerate(cells, start=2):
        item = f"{key or 'unnamed'} (line {line})"
        try:
            vote = _vote(key, cell)
        except RowError as error:
            faults.append(Fault(item, error.reason, str(error)))
            continue
        if rater and (rater, key) in voted:
            detail = f"rater {rater} has voted on it before"
            faults.append(Fault(item, FaultReason.DUPLICATE_ROW, detail))
            continue
        voted.add((rater, key))
        yield rater, key, vote


def _vote(key: str, cell: str) -> int:
    if not key:
        raise RowError(FaultReason.UNNAMED_ROW, "the vote names no picture")
    value = number(cell, what="vote")
    if value < 1 or value != int(value):
        raise RowError(FaultReason.OFF_SCALE, f"a vote of {value:g} is not a step from 1 on")
    return int(value)


def _packed(lines: Sequence[tuple[str, str, int]]) -> SingleVotes:
    """Votes without a rater's name each count as a rater of their own."""
    anonymous = Counter(rater for rater, _, _ in lines)[""]
    raters = sorted({rater for rater, _, _ in lines if rater})
    keys = sorted({key for _, key, _ in lines})
    rater_at = {name: index for index, name in enumerate(raters)}
    key_at = {name: index for index, name in enumerate(keys)}
    nobody = iter(range(len(raters), len(raters) + anonymous))
    return SingleVotes(
        raters=(*raters, *[""] * anonymous),
        keys=tuple(keys),
        rater=np.array([rater_at[r] if r else next(nobody) for r, _, _ in lines], dtype=np.int32),
        picture=np.array([key_at[key] for _, key, _ in lines], dtype=np.int32),
        vote=np.array([vote for _, _, vote in lines], dtype=np.int16),
    )
