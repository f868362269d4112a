"""What a run says while it goes on, and how it hears that it should stop."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.retrain import Mistake, Said, SaidKind
from ml.data.splits import Indices
from ml.evaluation.metrics import Array, mean_scores
from ml.training.challenger.voted import VotedPictures
from ml.training.progress import TrainingStoppedError

EVERY_S = 0.4
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curves: figures of ``watched`` validation pictures, ``loss`` of training ones.

    Of a generator: both losses and ``kid`` after ``epoch`` updates.
    """

    phase: str
    epoch: int
    epochs: int
    loss: float | None
    srcc: float | None
    emd_r2: float | None
    coverage: float | None
    images_per_s: float | None
    eta_s: float | None = None
    discriminator: float | None = None
    kid: float | None = None
    watched: int | None = None


class Speaker:
    """Says lines to ``say``, steps no more often than people can read, and keeps the curves."""

    def __init__(
        self,
        say: Callable[[Said], None],
        *,
        should_stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say, self._clock = say, clock
        self._step, self._said_at, self._began = "", float("-inf"), clock()
        self.should_stop = should_stop
        self.points: list[Point] = []

    def check(self) -> None:
        """Raises TrainingStoppedError when the run should stop."""
        if self.should_stop():
            raise TrainingStoppedError("the run was stopped; what was kept, is kept")

    def note(self, text: str) -> None:
        """A line of the log."""
        self._say(Said(SaidKind.NOTE, text=text))

    def step(self, text: str, done: int = 0, total: int = 0, *, eta_s: float | None = None) -> None:
        """Where it stands; the time left is estimated where it is not given. Stops if asked to."""
        self.check()
        now = self._clock()
        if text != self._step:
            self._step, self._began, self._said_at = text, now, float("-inf")
        if now - self._said_at < EVERY_S and done != total:
            return
        self._said_at = now
        if eta_s is None and done:
            eta_s = (now - self._began) * (total - done) / done
        self._say(Said(SaidKind.STEP, text=text, done=done, total=total, eta_s=_short(eta_s)))

    def point(self, point: Point) -> None:
        """A point of the curves; one of the same phase and epoch is replaced."""
        same = (point.phase, point.epoch)
        self.points = [each for each in self.points if (each.phase, each.epoch) != same]
        self.points.append(point)
        self._say(
            Said(
                SaidKind.EPOCH,
                phase=point.phase,
                done=point.epoch,
                total=point.epochs,
                loss=_short(point.loss, digits=6),
                discriminator=_short(point.discriminator, digits=6),
                kid=_short(point.kid, digits=5),
                watched=point.watched,
                srcc=_short(point.srcc, digits=5),
                emd_r2=_short(point.emd_r2, digits=6),
                coverage=_short(point.coverage, digits=4),
                images_per_s=_short(point.images_per_s),
                eta_s=_short(point.eta_s),
            )
        )

    def samples(
        self, file: str, done: int, *, rows: Sequence[str], columns: Sequence[float]
    ) -> None:
        """A grid of samples in the run's folder, see ``Said``."""
        means = tuple(round(mean, 2) for mean in columns)
        self._say(Said(SaidKind.SAMPLES, text=file, done=done, rows=tuple(rows), columns=means))

    def mistakes(self, voted: VotedPictures, rows: Indices, guessed: Array) -> None:
        """The pictures of ``rows`` about which ``guessed`` (len(rows), 10) is most wrong."""
        keys = [voted.keys[row] for row in rows.tolist()]
        self.wrong(keys, mean_scores(guessed), voted.means[rows])

    def wrong(self, keys: Sequence[str], said: Array, truth: Array) -> None:
        """The same of any values: ``said`` and ``truth`` are (n,), of the pictures ``keys``."""
        order = np.argsort(-np.abs(said - truth), kind="stable")[:SHOWN].tolist()
        found = (
            Mistake(
                artwork=keys[at],
                said=round(float(said[at]), 3),
                voted=round(float(truth[at]), 3),
            )
            for at in order
        )
        self._say(Said(SaidKind.MISTAKES, mistakes=tuple(found)))


def _short(value: float | None, *, digits: int = 2) -> float | None:
    """Rounded; nothing for what JSON cannot hold."""
    return None if value is None or not np.isfinite(value) else round(value, digits)
