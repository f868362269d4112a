"""Fit the two heads of an attribute in rounds: its merge-layer head and its row of AWCU's branch.

``head`` learns each as ``ml.training.attribute_ridge`` does. ``refine`` puts the prior at the
champion's own head: the ridge is fitted to what that head gets wrong, so that the stronger the
penalty, the nearer the result stays to the champion (Hoerl and Kennard 1970, with a mean that is
not 0). Penalties are chosen by cross-fitting within the training pictures.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ml.contracts.retrain import RefusalCode
from ml.data.splits import Indices, grouped_folds
from ml.evaluation.metrics import Array, srcc
from ml.training.attribute_config import AttributeConfig
from ml.training.attribute_features import BlockFeatures
from ml.training.attribute_measure import levelled, linked, unlinked
from ml.training.attribute_ridge import Lesson, Line, fit_lines
from ml.training.challenger.attribute_answers import Answers
from ml.training.challenger.refusals import RunRefusedError
from ml.training.challenger.rounds import FEWEST_IN_ROUND, FOLDS, SHARES, learning_order
from ml.training.challenger.telling import Point, Speaker

MOST_LEARNED = 3000  # a fit costs the cube of it
PENALTIES = (*AttributeConfig().penalties, 30.0, 100.0, 1000.0)
_FEWEST_JUDGED = 20


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a linear head learns on. ``learned``, ``seen``: (n, F); ``targets``, ``groups``: (n,).

    ``prior``: where it starts. ``penalty``: how hard it is to leave.
    """

    learned: Array
    seen: Array
    targets: Array
    groups: Indices
    prior: Line | None
    penalty: float = 1.0

    def learn(self, rows: Indices) -> Line:
        """The line of these rows."""
        return self._lines(rows, [self.penalty])[0]

    def crossed(self, rows: Indices, *, seed: int) -> Array:
        """(n,) what lines say that did not learn from a row; NaN for others than ``rows``."""
        guessed: Array = self._guessed(rows, [self.penalty], seed=seed)[0]
        return guessed

    def tuned(self, rows: Indices, *, judged: Indices, seed: int) -> "Ground":
        """The same with the penalty that orders ``judged`` rows best, by lines of others."""
        guessed = self._guessed(rows, PENALTIES, seed=seed)
        known = np.intersect1d(judged, rows)
        if len(known) < _FEWEST_JUDGED:
            known = rows
        found = [srcc(each[known], self.targets[known]) for each in guessed]
        # Of equals the strongest: whoever leaves the prior must gain by it.
        best = len(found) - 1 - int(np.argmax(found[::-1]))
        return replace(self, penalty=PENALTIES[best])

    def _guessed(self, rows: Indices, penalties: Sequence[float], *, seed: int) -> Array:
        guessed = np.full((len(penalties), len(self.targets)), np.nan)
        groups = self.groups[rows]
        parts = min(FOLDS, len(np.unique(groups)))
        for fold in grouped_folds(groups, seed=seed, parts=parts) if parts > 1 else ():
            asked = rows[fold.test]
            lines = self._lines(rows[fold.train], penalties)
            guessed[:, asked] = [line(self.seen[asked]) for line in lines]
        return guessed

    def _lines(self, rows: Indices, penalties: Sequence[float]) -> list[Line]:
        prior = self.prior or Line(np.zeros(self.learned.shape[1]), 0.0)
        lesson = Lesson(
            features=self.learned[rows],
            seen=self.seen[rows],
            targets=self.targets[rows] - prior(self.learned[rows]),
            crowds=np.zeros(len(rows), dtype=np.intp),
            groups=self.groups[rows],
        )
        moves = fit_lines(lesson, penalties, served=0)
        return [Line(prior.weight + move.weight, prior.bias + move.bias) for move in moves]


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """What was learned. ``merge`` answers z before the tanh, ``awcu`` the attribute itself.

    ``reference``: (m,) values by heads that did not learn from a picture. ``rows``: learned from.
    """

    merge: Line
    awcu: Line
    penalty: float
    awcu_penalty: float
    reference: Array
    rows: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Where both heads start, each None for nothing, and whose votes had no part in that."""

    merge: Line | None
    awcu: Line | None
    unseen: Indices


def teach_heads(
    answers: Answers,
    features: BlockFeatures,
    start: Start,
    *,
    phase: str,
    seed: int,
    speaker: Speaker,
) -> Heads:
    """Fit in rounds and say how each went. Raises TrainingStoppedError, RunRefusedError."""
    voted = answers.voted
    order = learning_order(voted, seed=seed)[:MOST_LEARNED]
    if len(np.unique(voted.groups[order])) < 2:
        raise RunRefusedError(
            RefusalCode.TOO_FEW_PICTURES, "All pictures to learn from show the same thing."
        )
    merged = Ground(
        *features.merged(), linked(answers.values, answers.spec), voted.groups, start.merge
    )
    top = Ground(*features.top(), answers.values, voted.groups, start.awcu)
    speaker.step("choosing settings")
    merged, top = (each.tuned(order, judged=start.unseen, seed=seed) for each in (merged, top))
    speaker.note(f"Penalties {merged.penalty:g} and {top.penalty:g}: the best order of pictures.")
    line, crossed = _rounds(answers, merged, order, phase=phase, seed=seed, speaker=speaker)
    unseen = np.concatenate([crossed[order], line(merged.seen[voted.validation])])
    return Heads(
        merge=line,
        awcu=top.learn(order),
        penalty=merged.penalty,
        awcu_penalty=top.penalty,
        reference=unlinked(unseen, answers.spec),
        rows=np.sort(order),
    )


def _rounds(
    answers: Answers, ground: Ground, order: Indices, *, phase: str, seed: int, speaker: Speaker
) -> tuple[Line, Array]:
    """The line of all pictures of ``order``, and z of them by lines that did not learn them."""
    sizes = [round(len(order) * share) for share in SHARES]
    sizes = [size for size in dict.fromkeys(sizes) if size >= FEWEST_IN_ROUND]
    began = time.monotonic()
    for number, size in enumerate(sizes, start=1):
        speaker.step("learning", number, len(sizes))
        rows = order[:size]
        crossed = ground.crossed(rows, seed=seed)
        line = levelled(ground.learn(rows), ground.seen[rows], answers.values[rows], answers.spec)
        spent = time.monotonic() - began
        left = sum(each**2 for each in sizes[number:]) / sum(each**2 for each in sizes[:number])
        validation = answers.voted.validation
        said = unlinked(line(ground.seen[validation]), answers.spec)
        actual = answers.values[validation]
        errors = unlinked(crossed[rows], answers.spec) - answers.values[rows]
        speaker.point(
            Point(
                phase=phase,
                epoch=number,
                epochs=len(sizes),
                loss=None if np.isnan(errors).any() else float(np.square(errors).mean()),
                srcc=srcc(said, actual) if len(actual) > 1 else None,
                emd_r2=None,
                coverage=None,
                images_per_s=size / max(spent, 1e-9),
                eta_s=spent * left,
                watched=len(actual),
            )
        )
        if len(validation):
            speaker.wrong([answers.voted.keys[row] for row in validation.tolist()], said, actual)
    return line, crossed
