"""What a generator's run says while it learns."""

import time
from collections.abc import Callable
from pathlib import Path

from ml.training.challenger.telling import Point, Speaker
from ml.training.generator.material import Material
from ml.training.generator.run import GRIDS, Budget
from ml.training.generator.run import Point as Duelled
from ml.training.generator.showing import grid_means
from ml.training.progress import Callbacks, Progress

PHASE = "duel"


class Watcher:
    """Turns what learning tells into lines, points and grids."""

    def __init__(
        self,
        material: Material,
        budget: Budget,
        speaker: Speaker,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget, self._speaker, self._clock = budget, speaker, clock
        self._rows = material.semantics.names
        self._columns = grid_means(material.dial())
        self._first: tuple[int, float] | None = None
        self._pace = ""
        self.callbacks = Callbacks(on_progress=self._progress, should_stop=speaker.should_stop)

    def shown(self, point: Duelled, grid: Path) -> None:
        """A point of the curve, and its grid."""
        self._pace = f": {point.images_per_s:.0f} pictures a second"
        self._speaker.point(
            Point(
                phase=PHASE,
                epoch=point.updates,
                epochs=self._budget.expected(point.updates, point.seconds),
                loss=point.generator,
                srcc=None,
                emd_r2=None,
                coverage=None,
                images_per_s=point.images_per_s,
                discriminator=point.discriminator,
                kid=point.kid,
            )
        )
        if grid.is_file():
            file = f"{GRIDS}/{grid.name}"
            self._speaker.samples(file, point.updates, rows=self._rows, columns=self._columns)

    def _progress(self, progress: Progress) -> None:
        now = self._clock()
        done, began = self._first = self._first or (progress.done - 1, now)
        pace = (now - began) / (progress.done - done)
        self._speaker.step(
            f"learning{self._pace}",
            progress.done,
            progress.total,
            eta_s=pace * (progress.total - progress.done),
        )
