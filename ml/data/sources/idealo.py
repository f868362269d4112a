"""Labels as idealo/image-quality-assessment publishes them: JSON of ids and ten votes or shares.

``[{"image_id": "231893", "label": [2, 8, 19, 36, 76, 52, 16, 9, 3, 2]}, ...]``
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ml.data.faults import FaultReason
from ml.data.rows import Labels, RawRow, RowError, gather
from ml.data.samples import DataSetError, VoteRow
from ml.data.spec import SourceSpec
from ml.data.tables import open_text

NAME = "idealo"
STEPS = 10
_SUFFIXES = (".jpg", ".jpeg", ".png")
_SHARE_SUM = 1.01


def read(spec: SourceSpec) -> Labels:
    """``path``: the JSON file. Raises DataSetError."""
    entries = _entries(spec.path)
    rows = list(_rows(entries))
    shares = all(_total(row.cells) <= _SHARE_SUM for row in rows)
    note = ("The labels are shares: how many people voted is not published.",) if shares else ()
    return gather(NAME, rows, steps=STEPS, notes=note)


def _entries(path: Path) -> list[Any]:
    with open_text(path) as handle:
        text = handle.read()
    try:
        document = json.loads(text)
    except ValueError as error:
        raise DataSetError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, list):
        raise DataSetError(f"{path} is not a list of objects with image_id and label")
    return document


def _rows(entries: list[Any]) -> Iterator[RawRow]:
    for entry in entries:
        fields = entry if isinstance(entry, dict) else {}
        key = str(fields.get("image_id", "")).strip()
        label = VoteRow(key=key, counts=(), file=_file(key))
        cells = fields.get("label")
        if isinstance(cells, list) and all(_is_number(cell) for cell in cells):
            yield RawRow(label, cells)
        else:
            yield RawRow(
                label, (), RowError(FaultReason.NOT_A_NUMBER, "'label' is no list of numbers")
            )


def _file(key: str) -> str:
    return key if key.lower().endswith(_SUFFIXES) else f"{key}.jpg"


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _total(cells: object) -> float:
    return sum(cell for cell in cells if _is_number(cell)) if isinstance(cells, list) else 0.0
