"""Teach a kernel head: more pictures each round, judged in between, its interval sized at the end.

Validation pictures are never learned from, by this model or by one that starts from it, so that
the curves, the mistakes and the interval stay honest from one generation to the next.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from ml.data.splits import Indices, grouped_folds
from ml.evaluation.metrics import (
    Array,
    conformal_half_width,
    coverage,
    emd,
    errors_per_sd,
    mean_scores,
    spreads,
    srcc,
)
from ml.layers.kernel_head import KernelHead
from ml.training.challenger.telling import Point, Speaker
from ml.training.challenger.voted import VotedPictures
from ml.training.checkpoint import round_head
from ml.training.features import PanelFeatures
from ml.training.loop import INTERVAL_LEVEL, REFERENCE_POINTS
from ml.training.panels import predict_rows

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
MOST_LEARNED = 3000  # a fit costs the cube of it
FEWEST_IN_ROUND = 8
FOLDS = 5
_ENOUGH = 30  # errors that size an interval by themselves


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What is taught. ``learn`` makes a head from rows; ``crowd``: the panel that it answers for.

    ``phase`` names it in the curves. ``unseen``: rows whose votes had no part in what ``learn``
    starts from.
    """

    phase: str
    learn: Callable[[Indices], KernelHead]
    crowd: int
    unseen: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """``half_width_per_sd``: half the 80 % interval of the crowd's mean, a point of spread.

    ``reference``: 101 quantiles of the means expected by heads that did not learn from a picture.
    ``rows``: what was learned from.
    """

    head: KernelHead
    half_width_per_sd: float
    reference: Array
    rows: Indices


def teach(
    course: Course, voted: VotedPictures, features: PanelFeatures, *, seed: int, speaker: Speaker
) -> Taught:
    """Fit in rounds and say how each went. Raises TrainingStoppedError, KernelFitError."""
    return _Teaching(course, voted, features, seed, speaker).run()


def learning_order(voted: VotedPictures, *, seed: int) -> Indices:
    """Training rows in an order drawn from the seed; of too many those with the most votes."""
    keys = voted.keys
    drawn = sorted(
        voted.train.tolist(), key=lambda row: sha256(f"{seed} {keys[row]}".encode()).digest()
    )
    kept = set(sorted(drawn, key=lambda row: -voted.votes[row])[:MOST_LEARNED])
    return np.array([row for row in drawn if row in kept], dtype=np.intp)


class _Teaching:
    def __init__(
        self,
        course: Course,
        voted: VotedPictures,
        features: PanelFeatures,
        seed: int,
        speaker: Speaker,
    ) -> None:
        self._course, self._voted, self._features = course, voted, features
        self._seed, self._speaker = seed, speaker
        self._order = learning_order(voted, seed=seed)

    def run(self) -> Taught:
        sizes = [round(len(self._order) * share) for share in SHARES]
        sizes = [size for size in dict.fromkeys(sizes) if size >= FEWEST_IN_ROUND]
        began = time.monotonic()
        for number, size in enumerate(sizes, start=1):
            self._speaker.step("learning", number, len(sizes))
            rows = self._order[:size]
            left = sum(each**2 for each in sizes[number:]) / sum(each**2 for each in sizes[:number])
            head, crossed = self._round(rows)
            spent = time.monotonic() - began
            self._judge(head, crossed, rows, number, len(sizes), spent=spent, left=left)
        return self._finished(head, crossed)

    def _round(self, rows: Indices) -> tuple[KernelHead, Array]:
        """A head from ``rows``, and what heads that never saw a row say of it, (n, 10)."""
        crossed = np.full_like(self._voted.shares, np.nan)
        groups = self._voted.groups[rows]
        parts = min(FOLDS, len(np.unique(groups)))
        if parts > 1:
            for fold in grouped_folds(groups, seed=self._seed, parts=parts):
                self._speaker.check()
                head = self._course.learn(rows[fold.train])
                crossed[rows[fold.test]] = self._guess(head, rows[fold.test])
        head = self._course.learn(rows)
        round_head(head)
        return head, crossed

    def _guess(self, head: KernelHead, rows: Indices) -> Array:
        return predict_rows(head, self._features.upright[rows], crowd=self._course.crowd)

    def _judge(
        self,
        head: KernelHead,
        crossed: Array,
        rows: Indices,
        number: int,
        count: int,
        *,
        spent: float,
        left: float,
    ) -> None:
        validation, shares = self._voted.validation, self._voted.shares
        guessed = self._guess(head, validation) if len(validation) else shares[:0]
        actual = shares[validation]
        width = self._width(crossed, shares[:0], validation[:0])
        seen = ~np.isnan(crossed[rows, 0])
        self._speaker.point(
            Point(
                phase=self._course.phase,
                epoch=number,
                epochs=count,
                loss=_mean_emd(crossed[rows][seen], shares[rows][seen]),
                srcc=srcc(mean_scores(guessed), mean_scores(actual)) if len(actual) > 1 else None,
                emd_r2=_mean_emd(guessed, actual),
                coverage=_covered(guessed, actual, width),
                images_per_s=len(rows) / max(spent, 1e-9),
                eta_s=spent * left,
                watched=len(actual),
            )
        )
        if len(validation):
            self._speaker.mistakes(self._voted, validation, guessed)

    def _finished(self, head: KernelHead, crossed: Array) -> Taught:
        validation = self._voted.validation
        guessed = self._guess(head, validation) if len(validation) else self._voted.shares[:0]
        foretold = np.concatenate([crossed[~np.isnan(crossed[:, 0])], guessed])
        return Taught(
            head=head,
            half_width_per_sd=self._width(crossed, guessed, validation),
            reference=np.quantile(mean_scores(foretold), np.linspace(0, 1, REFERENCE_POINTS)),
            rows=np.sort(self._order),
        )

    def _width(self, crossed: Array, guessed: Array, validation: Indices) -> float:
        """Of errors on rows unseen by all, ``guessed`` of the validation rows among them.

        Where these are few, no smaller than that of all rows.
        """
        known = np.flatnonzero(~np.isnan(crossed[:, 0]))
        unseen = np.intersect1d(known, self._course.unseen)
        widths: list[float] = []
        for rows in (unseen, known):
            said = np.concatenate([crossed[rows], guessed])
            truth = self._voted.shares[np.concatenate([rows, validation])]
            errors = errors_per_sd(said, truth)
            widths.append(conformal_half_width(errors, level=INTERVAL_LEVEL))
            if len(errors) >= _ENOUGH:
                break
        return max((width for width in widths if np.isfinite(width)), default=float("inf"))


def _mean_emd(guessed: Array, actual: Array) -> float | None:
    return float(emd(guessed, actual, r=2).mean()) if len(actual) else None


def _covered(guessed: Array, actual: Array, width: float) -> float | None:
    if not len(actual) or not np.isfinite(width):
        return None
    half = width * spreads(guessed)
    return coverage(mean_scores(guessed), mean_scores(actual), half_width=half)
