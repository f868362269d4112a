"""Which data set to read, and how the command line spells it."""

from dataclasses import dataclass
from pathlib import Path

from ml.contracts.votes import BINS
from ml.data.samples import DataSetError


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """``kind``: a name in ``ml.data.readers.KINDS``. ``path``: its folder or table.

    ``images``: the picture folder, where it is not the one beside the table. ``steps``: length
    of the scale, where the table cannot tell it.
    """

    kind: str
    path: Path
    images: Path | None = None
    steps: int | None = None


def parse_spec(text: str, *, images: Path | None = None, steps: int | None = None) -> SourceSpec:
    """Read ``KIND=PATH``. Raises DataSetError for another form or an impossible scale."""
    kind, equals, path = text.partition("=")
    if not equals or not kind.strip() or not path.strip():
        raise DataSetError(f"{text!r} is not of the form KIND=PATH, for instance csv=ratings.csv")
    if steps is not None and not 2 <= steps <= BINS:
        raise DataSetError(f"a scale has 2 to {BINS} steps, not {steps}")
    return SourceSpec(
        kind=kind.strip().lower(), path=Path(path.strip()), images=images, steps=steps
    )
