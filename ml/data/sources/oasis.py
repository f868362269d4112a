"""OASIS beauty: photos with votes 1-7 in b1..b7, and the single votes where they are there.

Photos and norms: Kurdi, Lozano & Banaji (2017); beauty votes: Brielmann & Pelli (2019).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from ml.data.rows import Labels, RawRow, gather
from ml.data.samples import VoteRow
from ml.data.single_votes import read_vote_lines
from ml.data.sources.cells import cells_of, known_numbers, words
from ml.data.spec import SourceSpec
from ml.data.tables import read_rows

NAME = "oasis"
STEPS = 7
_COLUMNS = tuple(f"b{step}" for step in range(1, STEPS + 1))
_NORMS = {"valence": "Valence_mean", "arousal": "Arousal_mean"}
_SINGLE = "beauty_votes.csv.gz"


def read(spec: SourceSpec) -> Labels:
    """The folder holds ratings.csv and images/. Raises DataSetError."""
    folder = spec.path
    single = folder / _SINGLE
    return gather(
        NAME,
        _rows(folder / "ratings.csv"),
        steps=STEPS,
        images=folder / "images",
        single_votes=read_vote_lines(single).votes if single.is_file() else None,
    )


def theme(title: str) -> str:
    """The subject that photos of one series share: 'Acorns 2' is of 'Acorns'."""
    return re.sub(r"\s*\d+$", "", title.strip())


def _rows(table: Path) -> Iterator[RawRow]:
    for row in read_rows(table, required={"file", *_COLUMNS}):
        key = row.get("file", "").strip()
        label = VoteRow(
            key=key,
            counts=(),
            tags=words(row.get("Category")),
            attributes=known_numbers(row, _NORMS),
            file=key,
            group=theme(row.get("Theme") or Path(key).stem),
        )
        yield RawRow(label, cells_of(row, _COLUMNS))
