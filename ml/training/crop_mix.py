"""What each term of a crop should weigh: the mix that finds planted pictures best."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.contracts.crops import Mix
from ml.crop.terms import Scores, score_shares
from ml.evaluation.cropping_metrics import overlap
from ml.evaluation.cropping_trials import Trial

Array = NDArray[np.float64]

# Two weights are set by hand. A crop that cuts a face in two must lose more than one spread of the
# view's scores: few scenes hold faces, so none can teach that. The focal point is the asker's wish.
START = Mix(view=1.0, size=0.0, energy=0.0, kept=0.0, cut=2.0, focal=2.0)
_GRID: Mapping[str, Sequence[float]] = {
    "size": (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0),
    "energy": (0.0, 0.25, 0.5, 1.0, 2.0, 4.0),
    "kept": (0.0, 0.25, 0.5, 1.0, 2.0, 4.0),
}
_PASSES = 3
_GAIN = 5e-4  # of the mean overlap, less is chance


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """The terms (N,) of one scene's candidates, and how each overlaps the planted picture."""

    parts: Mapping[str, Array]
    overlaps: Array

    def reached(self, mix: Mix) -> float:
        """The overlap of the box that the mix chooses."""
        total = sum(getattr(mix, name) * values for name, values in self.parts.items())
        return float(self.overlaps[int(np.argmax(total))])


def terms_of(trial: Trial) -> Terms:
    """Of a scene with candidates."""
    shares = trial.shares
    return Terms(_parts(score_shares(trial.field, shares)), overlap(shares, trial.planted))


def fit_mix(scenes: Iterable[Terms]) -> tuple[Mix, float]:
    """The best weights by turns, the view's being 1; and the mean overlap that they reach."""
    known = list(scenes)
    best = START
    reached = _mean(known, best)
    for _ in range(_PASSES):
        for name, values in _GRID.items():
            for value in values:
                tried = replace(best, **{name: value})
                if (found := _mean(known, tried)) > reached + _GAIN:
                    best, reached = tried, found
    return best, reached


def _parts(scores: Scores) -> Mapping[str, Array]:
    """The terms by the name of their weight in a Mix."""
    return {
        "view": scores.view,
        "size": np.log(scores.area),
        "energy": scores.energy,
        "kept": scores.kept,
        "cut": -scores.cut,
    }


def _mean(scenes: Sequence[Terms], mix: Mix) -> float:
    return float(np.mean([scene.reached(mix) for scene in scenes]))
