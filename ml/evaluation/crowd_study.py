"""Every measurement of the rater model on a recorded crowd and on crowds made in its likeness."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ml.evaluation.crowd_attacks import Push, Recovery, Scale, pushes, recovery
from ml.evaluation.crowd_coverage import Covered, Stopped, coverage, halves, stopped
from ml.evaluation.crowd_curves import Curve, curves
from ml.evaluation.crowd_estimators import plain_mean, rater_model
from ml.evaluation.crowd_pairs import PairRow, pair_rows
from ml.evaluation.crowd_replay import Arm, Stock, arrivals, open_stock, replayed
from ml.evaluation.crowd_simulation import habits_of
from ml.evaluation.crowd_votes import Expected, Recorded
from ml.evaluation.metrics import Array, srcc
from ml.raters.model import FitSettings

AT = (0, 1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 60)  # votes a picture
AT_HALF = AT[:-1]  # half of the raters have no more to give
BASELINE = "mean + random"
BEST = "model + prior + active, by place"
COVERED_AT = (5, 10, 20, 40)
WIDTHS = (2.0, 1.6, 1.3, 1.0)  # points, of the 80 % interval that ends a picture
MINIMUM = 3
PAIRS_AT = (5, 10, 20, 40)
CROWDED, ASSIGNED = "a third of its votes", "a fifth of its votes"
SCALES: Mapping[str, Scale] = {ASSIGNED: Scale(), CROWDED: Scale(each=75)}
QUICK = FitSettings(rounds=20, tolerance=0.03, draws=6)
_RESAMPLES = 300

Tell = Callable[[str], None]
Makes = Callable[[Recorded, np.random.Generator], Stock]


@dataclass(frozen=True, slots=True, eq=False)
class Replays:
    """What recorded votes say: curves by arm, intervals by estimator, stops by width.

    ``priors``: SRCC of each kind of prior with the ``truth``, the one used first.
    """

    opened: Mapping[str, Curve]
    arriving: Mapping[str, Curve]
    apart: Mapping[str, Curve]
    priors: Mapping[str, float]
    covered: Mapping[str, Sequence[Sequence[Covered]]]
    stops: Sequence[Sequence[Stopped]]
    truth: Array


@dataclass(frozen=True, slots=True, eq=False)
class Simulations:
    """What made-up crowds say: attacks by scale, recoveries by votes each, and pairs."""

    pushed: Mapping[str, Sequence[Push]]
    recovered: Mapping[str, Sequence[Recovery]]
    pairs: Sequence[Sequence[PairRow]]


def arms(expected: Expected) -> tuple[Arm, ...]:
    """The ways to run a campaign that are compared, the baseline first."""
    model = rater_model(QUICK)
    return (
        Arm(BASELINE, plain_mean, active=False),
        Arm("mean + active", plain_mean, active=True),
        Arm("model + random", model, active=False),
        Arm("model + active", model, active=True),
        Arm("model + active, by place", model, active=True, by_place=True),
        Arm("model + prior + random", model, active=False, expected=expected),
        Arm("model + prior + active", model, active=True, expected=expected),
        Arm(BEST, model, active=True, expected=expected, by_place=True),
    )


def replays(
    votes: Recorded, priors: Mapping[str, Expected], *, runs: int, seed: int, tell: Tell
) -> Replays:
    """Recorded votes given again, ``runs`` times over. The first of ``priors`` is used."""
    truth = votes.means()
    expected = next(iter(priors.values()))
    compared = arms(expected)
    return Replays(
        opened=_replays(votes, compared, open_stock, runs, seed, tell),
        arriving=_replays(votes, compared, arrivals, runs, seed, tell),
        apart=_apart(votes, [compared[0], compared[4], compared[-1]], runs, seed, tell),
        priors={name: srcc(one.mean, truth) for name, one in priors.items()},
        covered=_covered(votes, expected, runs, seed, tell),
        stops=_stops(votes, compared[-2], runs, seed, tell),
        truth=truth,
    )


def simulations(votes: Recorded, *, runs: int, seed: int, tell: Tell) -> Simulations:
    """Crowds made in the likeness of ``votes``, ``runs`` times over."""
    return Simulations(
        pushed=_pushed(votes, runs, seed, tell),
        recovered=_recovered(votes, runs, seed, tell),
        pairs=_paired(votes, runs, seed, tell),
    )


def _replays(
    votes: Recorded, compared: Sequence[Arm], makes: Makes, runs: int, seed: int, tell: Tell
) -> dict[str, Curve]:
    trails = {}
    for arm in compared:
        tell(f"replay, {makes.__name__.replace('_', ' ')}: {arm.name}")
        trails[arm.name] = [
            replayed(
                votes,
                arm,
                makes(votes, np.random.default_rng([seed, run, 1])),
                at=AT,
                generator=np.random.default_rng([seed, run, 2]),
            )
            for run in range(runs)
        ]
    return curves(trails, votes.means(), resamples=_RESAMPLES)


def _apart(
    votes: Recorded, compared: Sequence[Arm], runs: int, seed: int, tell: Tell
) -> dict[str, Curve]:
    """Raters of one half are asked, the mean of the other half is the truth; mean of the runs."""
    found: dict[str, list[Curve]] = {arm.name: [] for arm in compared}
    for run in range(runs):
        tell(f"replay against the other half of the raters: {run + 1} of {runs}")
        parted = halves(votes, np.random.default_rng([seed, run, 3]))
        trails = {
            arm.name: [
                replayed(
                    parted.asked,
                    arm,
                    open_stock(parted.asked, np.random.default_rng([seed, run, 1])),
                    at=AT_HALF,
                    generator=np.random.default_rng([seed, run, 2]),
                )
            ]
            for arm in compared
        }
        for name, curve in curves(trails, parted.judge_mean, resamples=_RESAMPLES).items():
            found[name].append(curve)
    return {name: _averaged(own) for name, own in found.items()}


def _averaged(own: Sequence[Curve]) -> Curve:
    return Curve(
        votes=np.mean([one.votes for one in own], axis=0),
        whole=np.mean([one.whole for one in own], axis=0),
        draws=np.mean([one.draws for one in own], axis=0),
    )


def _covered(
    votes: Recorded, expected: Expected, runs: int, seed: int, tell: Tell
) -> dict[str, list[tuple[Covered, ...]]]:
    ways = {
        "plain mean": (plain_mean, None),
        "our model": (rater_model(), None),
        "our model + prior": (rater_model(), expected),
    }
    found: dict[str, list[tuple[Covered, ...]]] = {name: [] for name in ways}
    for run in range(2 * runs):
        tell(f"intervals: {run + 1} of {2 * runs}")
        parted = halves(votes, np.random.default_rng([seed, run, 3]))
        for name, (estimator, prior) in ways.items():
            generator = np.random.default_rng([seed, run, 4])
            found[name].append(coverage(parted, estimator, COVERED_AT, prior, generator))
    return found


def _stops(
    votes: Recorded, arm: Arm, runs: int, seed: int, tell: Tell
) -> list[tuple[Stopped, ...]]:
    found = []
    for width in WIDTHS:
        tell(f"stopping at a width of {width:g}")
        found.append(
            tuple(
                stopped(
                    halves(votes, np.random.default_rng([seed, run, 3])),
                    arm,
                    width,
                    minimum=MINIMUM,
                    generator=np.random.default_rng([seed, run, 5]),
                )
                for run in range(runs)
            )
        )
    return found


def _pushed(votes: Recorded, runs: int, seed: int, tell: Tell) -> dict[str, list[Push]]:
    found: dict[str, list[Push]] = {name: [] for name in SCALES}
    for name, scale in SCALES.items():
        for run in range(runs):
            tell(f"sybils, {name}: {run + 1} of {runs}")
            generator = np.random.default_rng([seed, run, 6])
            found[name] += pushes(habits_of(votes), scale, generator)
    return found


def _recovered(votes: Recorded, runs: int, seed: int, tell: Tell) -> dict[str, list[Recovery]]:
    tell("careless and hostile raters")
    return {
        f"{scale.each} votes each": [
            recovery(habits_of(votes), scale, np.random.default_rng([seed, run, 7]))
            for run in range(runs)
        ]
        for scale in (Scale(each=20), Scale(each=75))
    }


def _paired(votes: Recorded, runs: int, seed: int, tell: Tell) -> list[tuple[PairRow, ...]]:
    tell("pairs")
    habits = habits_of(votes)
    return [
        pair_rows(habits, PAIRS_AT, np.random.default_rng([seed, run, 8])) for run in range(runs)
    ]
