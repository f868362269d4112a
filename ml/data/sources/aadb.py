"""AADB (Kong et al., ECCV 2016): means of about five raters, 11 attributes and a score.

The score is (mean of votes 1-5, minus 1) / 4. Only means are published, so the spread of the
votes is unknown. Nine attributes lie in [-1, 1], Repetition and Symmetry in [0, 1].
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ml.data.faults import FaultReason
from ml.data.rows import Labels, RawRow, RowError, gather, mean_as_counts, number
from ml.data.samples import DataSetError, VoteRow
from ml.data.spec import SourceSpec
from ml.data.tables import columns_of, read_rows

NAME = "aadb"
STEPS = 5
RATERS = 5.0
ATTRIBUTES = (
    "BalacingElements",
    "ColorHarmony",
    "Content",
    "DoF",
    "Light",
    "MotionBlur",
    "Object",
    "Repetition",
    "RuleOfThirds",
    "Symmetry",
    "VividColor",
)
_FROM_ZERO = ("Repetition", "Symmetry")
_REQUIRED = frozenset({"ImageFile", "score"})
_PARTS = ("test", "validation", "train")


def read(spec: SourceSpec) -> Labels:
    """``path``: one table, or a folder of tables whose names say train, val or test.

    A picture in two parts stays in the test part. Raises DataSetError.
    """
    tables = _tables(spec.path)
    images = spec.path / "images"
    return gather(
        NAME,
        (row for table in tables for row in _rows(table, part=_part(table))),
        steps=STEPS,
        images=images if images.is_dir() else None,
        spread_known=False,
        notes=("Only means are published: the spread of the votes is unknown.",),
    )


def _tables(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    found = [table for table in sorted(path.glob("*.csv")) if {*columns_of(table)} >= _REQUIRED]
    if not found:
        raise DataSetError(f"{path} holds no CSV with the columns ImageFile and score")
    return sorted(found, key=lambda table: (*_PARTS, "").index(_part(table)))


def _part(table: Path) -> str:
    name = table.stem.lower()
    return next((part for part in _PARTS if part[:3] in name), "")


def _rows(table: Path, *, part: str) -> Iterator[RawRow]:
    for row in read_rows(table, required=_REQUIRED):
        key = row.get("ImageFile", "").strip()
        try:
            score = _within(row.get("score", ""), "score", low=0)
            attributes = {
                name: _within(row[name], name, low=0 if name in _FROM_ZERO else -1)
                for name in ATTRIBUTES
                if name in row
            }
            label = VoteRow(key=key, counts=(), attributes=attributes, file=key, part=part)
            yield RawRow(label, mean_as_counts(1 + 4 * score, steps=STEPS, votes=RATERS))
        except RowError as problem:
            yield RawRow(VoteRow(key=key, counts=(), file=key, part=part), (), problem)


def _within(cell: str, name: str, *, low: int) -> float:
    value = number(cell, what=name)
    if not low <= value <= 1:
        raise RowError(FaultReason.OFF_SCALE, f"{name} {value:g} lies outside {low} to 1")
    return value
