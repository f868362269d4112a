"""How far a generator does what it is asked: measured by judges that learned from other pictures.

All rows are samples. A sheet asks every category for every setting of the dial with the same
latents, so that samples of one latent are drawn together in each bootstrap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.config import Estimate
from ml.data.splits import Indices
from ml.evaluation.bootstrap import estimates, mean_of, rank_correlation_of
from ml.evaluation.generation_space import frechet, kid_estimate
from ml.evaluation.metrics import Array

NEAR = 5.0  # percentile of held-out pictures' distances below which a sample counts as a copy
SHUFFLE_SEED = 8
RIGHT = 0.5  # share of a category's samples that must be told for it to count as made


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A sheet of samples, (n,) each, and their places (n, d) in the named space.

    ``asked``, ``judged``: mean scores. ``category``: asked for; ``told``: what a head says that it
    is. ``latent``: samples of one number come from the same noise.
    """

    asked: Array
    judged: Array
    category: Indices
    told: Indices
    latent: Indices
    vectors: Array

    def of(self, category: int) -> "Trial":
        """The samples of one category."""
        at = np.flatnonzero(self.category == category)
        return Trial(
            self.asked[at],
            self.judged[at],
            self.category[at],
            self.told[at],
            self.latent[at],
            self.vectors[at],
        )


def obeyed(trial: Trial) -> tuple[Estimate, Estimate]:
    """SRCC of the asked with the judged mean; the same when what was asked is shuffled."""
    shuffled = np.random.default_rng(SHUFFLE_SEED).permutation(trial.asked)
    found = estimates(
        {
            "asked": rank_correlation_of(trial.judged, trial.asked),
            "shuffled": rank_correlation_of(trial.judged, shuffled),
        },
        count=len(trial.asked),
        groups=trial.latent,
    )
    return found["asked"], found["shuffled"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the judge makes of one setting of the dial."""

    asked: float
    judged: Estimate
    samples: int


def calibration(trial: Trial) -> tuple[Setting, ...]:
    """A point for every setting, from the lowest."""
    settings = []
    for asked in np.unique(trial.asked):
        at = np.flatnonzero(trial.asked == asked)
        found = estimates(
            {"mean": mean_of(trial.judged[at])}, count=len(at), groups=trial.latent[at]
        )
        settings.append(Setting(float(asked), found["mean"], len(at)))
    return tuple(settings)


def recognised(trial: Trial) -> tuple[Estimate, float]:
    """Share of samples told to be of the category asked for; what one answer to all would reach."""
    right = (trial.told == trial.category).astype(np.float64)
    found = estimates({"right": mean_of(right)}, count=len(right), groups=trial.latent)
    _, counts = np.unique(trial.category, return_counts=True)
    return found["right"], float(counts.max() / len(right))


def mistaken(trial: Trial, category: int) -> Estimate:
    """Share of the samples that were asked to be of others and are told to be of this one.

    A head that gives one answer to all recognises that category everywhere; this tells it.
    """
    others = np.flatnonzero(trial.category != category)
    wrong = (trial.told[others] == category).astype(np.float64)
    return estimates({"wrong": mean_of(wrong)}, count=len(wrong), groups=trial.latent[others])[
        "wrong"
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Memories:
    """How near samples come to pictures that were learned from.

    ``nearest``: (n,) distance of each sample, ``row``: (n,) of the picture it is nearest to;
    ``usual``: (m,) distances of held-out real pictures. ``threshold``: their 5th percentile.
    """

    nearest: Array
    row: Indices
    usual: Array
    threshold: float
    share: Estimate


def memories(samples: Array, learned: Array, held_out: Array) -> Memories:
    """By nearest neighbours in the space: places (n, d), (k, d) and (m, d)."""
    nearest, row = _nearest(samples, learned)
    usual, _ = _nearest(held_out, learned)
    threshold = float(np.percentile(usual, NEAR))
    return Memories(nearest, row, usual, threshold, share_near(nearest, threshold))


def share_near(nearest: Array, threshold: float) -> Estimate:
    """Of samples at distances (n,)."""
    close = (nearest < threshold).astype(np.float64)
    return estimates({"near": mean_of(close)}, count=len(close))["near"]


def _nearest(first: Array, second: Array) -> tuple[Array, Indices]:
    lengths = np.square(first).sum(axis=1)[:, None] + np.square(second).sum(axis=1)[None]
    distances = np.sqrt(np.maximum(lengths - 2 * first @ second.T, 0.0))
    row = distances.argmin(axis=1)
    return distances[np.arange(len(first)), row], row


@dataclass(frozen=True, slots=True)
class Obedience:
    """How far a sheet of ``samples`` is what was asked for. Baselines stand beside their figures.

    ``obeyed``, ``shuffled``: SRCC of asked and judged means. ``recognised``: share whose category
    is told, ``majority``: what one answer to all would reach.
    """

    samples: int
    obeyed: Estimate
    shuffled: Estimate
    settings: tuple[Setting, ...]
    recognised: Estimate
    majority: float


def obedience(trial: Trial) -> Obedience:
    """All of it."""
    fidelity, shuffled = obeyed(trial)
    right, majority = recognised(trial)
    return Obedience(len(trial.asked), fidelity, shuffled, calibration(trial), right, majority)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How near ``samples`` samples come to as many held-out pictures.

    ``kid_real``, ``frechet_real``: of real pictures that were learned from to the same.
    """

    samples: int
    kid: Estimate
    kid_real: Estimate
    frechet: float
    frechet_real: float
    memories: Memories


def likeness(samples: Array, learned: Array, held_out: Array) -> Likeness:
    """By places (n, d), (k, d) and (m, d); of the learned pictures at most m are compared."""
    random = np.random.default_rng(SHUFFLE_SEED)
    alike = learned[random.choice(len(learned), min(len(held_out), len(learned)), replace=False)]
    return Likeness(
        samples=len(samples),
        kid=kid_estimate(samples, held_out),
        kid_real=kid_estimate(alike, held_out),
        frechet=frechet(samples, held_out),
        frechet_real=frechet(alike, held_out),
        memories=memories(samples, learned, held_out),
    )


@dataclass(frozen=True, slots=True)
class Learning:
    """What it took: ``images``: pictures shown; ``parameters``: numbers that were learned."""

    updates: int
    images: int
    wall_time_s: float
    machine: str
    parameters: int


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Everything that was measured of one generator. ``by_category``: rows of their table."""

    title: str
    version: str
    learning: Learning
    dial: Obedience
    likeness: Likeness
    by_category: "tuple[CategoryFigures, ...]"


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    """One category. ``spread``, ``spread_real``: mean distance of two samples, two pictures.

    ``samples``: of it on the sheet. ``mistaken``: share of samples of others that are told to be
    of it. ``kid``: None where there are too few held-out pictures.
    ``near``: share nearer to a learned picture than 95 % of all held-out ones; None without samples
    as people vote.
    """

    key: str
    name: str
    pictures: int
    samples: int
    obeyed: Estimate
    recognised: Estimate
    mistaken: Estimate
    kid: float | None
    near: Estimate | None
    spread: float
    spread_real: float

    @property
    def surely_made(self) -> bool:
        """In most samples, and surely more often than others are taken for it."""
        return self.recognised.low > max(RIGHT, self.mistaken.high)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the figures stand on: data, judges and how good these are on pictures they never met.

    ``judge``: SRCC on the pictures that the generators learned from. ``head``: share of them whose
    category it tells.
    """

    data: Sequence[str]
    learned: int
    held_out: int
    side: int
    space: str
    components: int
    judge: Estimate
    head: Estimate
    silhouettes: Mapping[int, float]
    dial: tuple[float, float, float]
