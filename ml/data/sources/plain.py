"""A CSV of one's own, with the pictures in a folder.

Beside ``file`` it has either counts (``n1`` .. ``nk``), or one line for each vote (``vote``, and
``rater`` if known), or a ``mean`` (and ``votes``, their number, if known). ``tags`` (separated
by ;), ``challenge``, ``part`` and ``group`` are read where they are there, and what raters said of
an attribute, its mean, in ``attribute_KEY``.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ml.data.rows import Labels, RawRow, RowError, check_steps, gather, mean_as_counts, number
from ml.data.samples import DataSetError, VoteRow
from ml.data.single_votes import read_vote_lines
from ml.data.sources.cells import cells_of, known_numbers, words
from ml.data.spec import SourceSpec
from ml.data.tables import Row, columns_of, find_table, read_rows

NAME = "csv"
_NEEDED = "beside 'file' it needs either counts n1, n2, .. nk, or one 'vote' a line, or a 'mean'"
_COUNT = re.compile(r"n(\d+)")
_ATTRIBUTE = "attribute_"


def read(spec: SourceSpec) -> Labels:
    """``path``: the CSV or a folder with it; which of the three forms it has is found out.

    Raises DataSetError.
    """
    table = find_table(spec.path, names=("ratings.csv", "votes.csv", "labels.csv"))
    labels = _form(table)(table, spec)
    images = table.parent / "images"
    return replace(labels, images=images if images.is_dir() else None)


def _form(table: Path) -> Callable[[Path, SourceSpec], Labels]:
    columns = columns_of(table)
    if "file" not in columns:
        raise DataSetError(f"{table} lacks the column 'file'; {_NEEDED}")
    forms = {
        "counts": (_from_counts, any(_COUNT.fullmatch(name) for name in columns)),
        "vote": (_from_votes, any(re.fullmatch(r"vote(_1_\d+)?", name) for name in columns)),
        "mean": (_from_means, "mean" in columns),
    }
    found = [name for name, (_, there) in forms.items() if there]
    if not found:
        raise DataSetError(f"{table} has no votes; {_NEEDED}")
    if len(found) > 1 and found[0] != "counts":
        raise DataSetError(f"{table} has {' and '.join(found)}: which counts? {_NEEDED}")
    return forms[found[0]][0]


def _from_counts(table: Path, spec: SourceSpec) -> Labels:
    numbers = sorted(int(m[1]) for name in columns_of(table) if (m := _COUNT.fullmatch(name)))
    if numbers != list(range(1, len(numbers) + 1)):
        raise DataSetError(f"{table}: the counts are not n1 to n{max(numbers)} without a gap")
    if spec.steps is not None and spec.steps != len(numbers):
        raise DataSetError(f"{table} has {len(numbers)} counts, the scale should have {spec.steps}")
    columns = [f"n{step}" for step in numbers]
    steps = check_steps(len(numbers))
    rows = (RawRow(_label(row), cells_of(row, columns)) for row in read_rows(table))
    return gather(table.stem, rows, steps=steps)


def _from_votes(table: Path, spec: SourceSpec) -> Labels:
    lines = read_vote_lines(table, steps=spec.steps)
    counts = lines.counts()
    notes = (
        ()
        if lines.steps_given
        else (f"The scale is taken to end at {lines.steps}, the largest vote seen.",)
    )
    labels = {row.get("file", "").strip(): _label(row) for row in read_rows(table)}
    gathered = gather(
        table.stem,
        (RawRow(labels[key], cells) for key, cells in counts.items()),
        steps=lines.steps,
        notes=notes,
        single_votes=lines.votes,
    )
    faults = (*lines.faults, *gathered.table.faults)
    return replace(gathered, table=replace(gathered.table, faults=faults))


def _from_means(table: Path, spec: SourceSpec) -> Labels:
    if spec.steps is None:
        raise DataSetError(f"{table} has means alone: say how long the scale is with --steps")
    return gather(
        table.stem,
        _mean_rows(table, check_steps(spec.steps)),
        steps=spec.steps,
        spread_known=False,
        notes=("Only means are given: the spread of the votes is unknown.",),
    )


def _mean_rows(table: Path, steps: int) -> Iterator[RawRow]:
    for row in read_rows(table):
        label = _label(row)
        try:
            votes = number(row.get("votes") or 1.0)
            cells = mean_as_counts(
                number(row.get("mean", ""), what="mean"), steps=steps, votes=votes
            )
            yield RawRow(label, cells)
        except RowError as problem:
            yield RawRow(label, (), problem)


def _label(row: Row) -> VoteRow:
    key = row.get("file", "").strip()
    return VoteRow(
        key=key,
        counts=(),
        tags=words(row.get("tags")),
        challenge=row.get("challenge", "").strip(),
        attributes=known_numbers(
            row,
            {name.removeprefix(_ATTRIBUTE): name for name in row if name.startswith(_ATTRIBUTE)},
        ),
        file=key,
        part=row.get("part", "").strip(),
        group=row.get("group", "").strip(),
    )
