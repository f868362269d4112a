"""Sample sheets of a generator in training: keep some from all of the time that it has learned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from webapp.accounts.models import User
from webapp.common.errors import NotFound
from webapp.training.models import RunGrid, TrainingRun

MOST_GRIDS: Final = 24
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Grid:
    """A JPEG of samples after so many updates: a row for each category, a column for each mean."""

    updates: int
    data: bytes
    rows: tuple[str, ...] = ()
    columns: tuple[float, ...] = ()


def keep_grids(run: TrainingRun, grids: Sequence[Grid]) -> None:
    """Store them and throw out what stands closest to others; inside the caller's transaction.

    A sheet after the same number of updates is replaced: a run that goes on says it again.
    """
    newest = {each.updates: each for each in grids}
    RunGrid.objects.bulk_create(
        [
            RunGrid(
                run=run, updates=updates, data=grid.data, columns=list(grid.columns),
                rows=[name[:LONGEST_NAME] for name in grid.rows],
            )
            for updates, grid in newest.items()
        ],
        update_conflicts=True,
        unique_fields=["run", "updates"],
        update_fields=["data", "rows", "columns"],
    )  # fmt: skip
    known = set(run.grids.values_list("updates", flat=True))
    run.grids.filter(updates__in=known - thinned(known, MOST_GRIDS)).delete()


def thinned(times: Collection[int], most: int) -> set[int]:
    """At most so many of them, evenly from all of the time; the first and the last stay."""
    kept = sorted(times)
    while len(kept) > most:
        gaps = [after - before for before, after in zip(kept, kept[2:], strict=False)]
        del kept[1 + gaps.index(min(gaps))]
    return set(kept)


def grid_of(viewer: User, run: UUID, updates: int) -> RunGrid:
    """Raises NotFound."""
    seen = TrainingRun.objects.visible_to(viewer)
    found = RunGrid.objects.filter(run__in=seen.values("pk"), run=run, updates=updates).first()
    if found is None:
        raise NotFound
    return found
