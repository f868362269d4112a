"""The cells of an ablation: one model, one panel, one seed; each kept in a file of its own."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ml.contracts.files import replace_file
from ml.evaluation.metrics import Array
from ml.training.resume import CheckpointError


@dataclass(frozen=True, slots=True)
class CellKey:
    """``row`` is the model's line in the table; ``seed`` None where no chance is involved."""

    panel: str
    row: str
    seed: int | None

    def path(self, folder: Path, suffix: str) -> Path:
        """The cell's file in the folder of cells."""
        seed = "" if self.seed is None else f"-{self.seed}"
        return folder / f"{self.panel}-{self.row}{seed}{suffix}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A finished cell. ``identity`` names recipe and pictures, so that a change is noticed.

    ``predictions``: distributions of the test pictures, in the order of the split. ``seconds``:
    wall time of everything that made them.
    """

    key: CellKey
    identity: str
    seconds: float
    predictions: tuple[tuple[float, ...], ...]

    @property
    def shares(self) -> Array:
        """(test pictures, 10)."""
        return np.array(self.predictions)


def write_cell(folder: Path, cell: Cell) -> None:
    """Keep a finished cell, whole or not at all."""
    text = json.dumps(asdict(cell)) + "\n"
    replace_file(cell.key.path(folder, ".json"), text.encode())


def read_cell(folder: Path, key: CellKey, *, identity: str) -> Cell | None:
    """The cell if it is finished and of the same identity, else None: it is then computed anew.

    Raises CheckpointError for a file that is no cell.
    """
    path = key.path(folder, ".json")
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        cell = Cell(
            key=key,
            identity=document["identity"],
            seconds=document["seconds"],
            predictions=tuple(tuple(row) for row in document["predictions"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is no cell of an ablation: {error!r}") from error
    return cell if cell.identity == identity else None
