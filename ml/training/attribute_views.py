"""The pictures of some panels as heads and baselines look at them, each view computed once."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ml.data.samples import Panel
from ml.evaluation.measured_evidence import measure_picture
from ml.evaluation.metrics import Array
from ml.measured.measure import Measurement
from ml.models.backbone import Backbone
from ml.training.attribute_baselines import colour_statistics, measured_values
from ml.training.attribute_features import BlockFeatures, block_features
from ml.training.attribute_measure import Views
from ml.training.progress import Callbacks, Progress, TrainingStoppedError

Both = tuple[Array, Array]


class PictureViews:
    """Views of every picture of ``panels``: (n, F) to learn from and (n, F) to be judged by."""

    def __init__(
        self,
        panels: Sequence[Panel],
        backbone: Backbone,
        *,
        cache: Path | None,
        callbacks: Callbacks[Progress],
    ) -> None:
        """``cache``: folder that keeps features of the backbone between runs."""
        self._panels = panels
        self._backbone = backbone
        self._cache = cache
        self._callbacks = callbacks
        self._blocks: dict[tuple[int, int], BlockFeatures] = {}
        self._measured: dict[int, Sequence[Measurement]] = {}
        self._views: dict[tuple[str, int, int], Both] = {}

    def merged(self, side: int) -> Views:
        """Merged features of the squares of ``side`` pixels. Raises TrainingStoppedError."""
        return lambda panel: self._once(
            ("merged", side, panel), lambda: self._pooled(side, panel).merged()
        )

    def top(self, side: int) -> Views:
        """The mean-pooled top map of the squares of ``side``. Raises TrainingStoppedError."""
        return lambda panel: self._once(
            ("top", side, panel), lambda: self._pooled(side, panel).top()
        )

    def colours(self, panel: int) -> Both:
        """Colour statistics of a panel's pictures."""
        paths = [picture.path for picture in self._panels[panel].pictures]
        return self._once(("colours", 0, panel), lambda: _twice(colour_statistics(paths)))

    def formulas(self, panel: int) -> Both:
        """Measured attributes of a panel's pictures."""
        return self._once(
            ("formulas", 0, panel), lambda: _twice(measured_values(self.measured(panel)))
        )

    def measured(self, panel: int) -> Sequence[Measurement]:
        """Every formula of every picture of a panel. Raises TrainingStoppedError."""
        if panel not in self._measured:
            own = self._panels[panel]
            found: list[Measurement] = []
            for picture in own.pictures:
                found.append(measure_picture(picture))
                self._told(f"formulas of {own.name}", len(found), len(own.pictures))
            self._measured[panel] = found
        return self._measured[panel]

    def _once(self, key: tuple[str, int, int], compute: Callable[[], Both]) -> Both:
        if self._callbacks.should_stop():
            raise TrainingStoppedError("training was stopped")
        if key not in self._views:
            self._views[key] = compute()
        return self._views[key]

    def _pooled(self, side: int, panel: int) -> BlockFeatures:
        if (side, panel) not in self._blocks:
            own = self._panels[panel]
            self._blocks[side, panel] = block_features(
                own,
                self._backbone,
                side=side,
                cache=self._cache,
                on_progress=partial(self._told, f"features of {own.name} at {side} pixels"),
            )
        return self._blocks[side, panel]

    def _told(self, step: str, done: int, total: int) -> None:
        if self._callbacks.should_stop():
            raise TrainingStoppedError("training was stopped")
        self._callbacks.on_progress(Progress(step=step, done=done, total=total))


def _twice(values: Array) -> Both:
    """Views that are the same to learn from and to be judged by."""
    return values, values
