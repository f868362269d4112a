"""The trials: noise, true gains, worse challengers, and ones that are broken on a slice.

``whole`` is what heads that learned from all other pictures say of each, (n, 10).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ml.evaluation.metrics import Array, mean_scores
from ml.evaluation.promotion import (
    Ground,
    Tally,
    crossed,
    drawn,
    gains_of,
    jittered,
    tally,
)

Tell = Callable[[str], None]
Pair = tuple[Array, Array]  # what challenger and champion say of all pictures
TESTED = 140
SIZES = (40, 100, 400)
SHARES = (0.05, 0.1, 0.2, 0.4, 0.7)
ATTEMPTS = 20
JITTER = 0.3  # points: about what a redraw of the training pictures moves a prediction


@dataclass(frozen=True, slots=True)
class Noise:
    """Challengers without merit.

    ``redraws``: both sides learned from draws of the same pictures. ``jitter``: both are one head
    with noise of their own, by test pictures. ``moved``: root mean square by which a redraw moves
    a predicted mean. ``stubborn``: of ``series`` of ``ATTEMPTS`` challengers on the same pictures,
    how many get one through; ``uncounted``: the same, were each judged as the first. ``known``:
    pictures that each redraw is drawn from.
    """

    known: int
    redraws: Tally
    jitter: Mapping[int, Tally]
    moved: float
    stubborn: int
    uncounted: int
    series: int


@dataclass(frozen=True, slots=True)
class Power:
    """``found``: by share of the pictures that the champion learned from, then by test pictures.

    ``pictures``: how many there are, on which the true gain is measured.
    """

    pictures: int
    found: Mapping[float, Mapping[int, Tally]]


@dataclass(frozen=True, slots=True)
class Broken:
    """A better challenger that is at random on dark pictures, and the same one unbroken."""

    broken: Mapping[int, Tally]
    sound: Mapping[int, Tally]
    dark: float


def noise_trials(ground: Ground, whole: Array, *, runs: int, seed: int, tell: Tell) -> Noise:
    """All trials of challengers without merit, ``runs`` of each kind."""
    tell("noise: redraws")
    redraws, moved = _redraws(ground, runs=runs, seed=seed)
    jitter = {}
    for size in SIZES:
        tell(f"noise: jitter, {size} test pictures")
        jitter[size] = _trials(ground, _jitters(whole), size=size, runs=runs, seed=seed)
    tell("noise: the same pictures again and again")
    series = max(1, runs // 2)
    stubborn, uncounted = (
        sum(_through(ground, whole, seed=seed, block=at, counts=counts) for at in range(series))
        for counts in (True, False)
    )
    known = len(whole) - 2 * TESTED
    return Noise(known, redraws, jitter, moved, stubborn, uncounted, series)


def power_trials(ground: Ground, whole: Array, *, runs: int, seed: int, tell: Tell) -> Power:
    """Champions that learned from fewer pictures, against a challenger that learned from all."""
    found = {}
    for share in SHARES:
        tell(f"power: the champion knows {share:.0%}")
        less = crossed(ground, share=share, seed=seed)
        pair = _always(whole, less)
        found[share] = {
            size: _trials(ground, pair, size=size, runs=runs, seed=seed) for size in SIZES
        }
    return Power(len(whole), found)


def worse_trials(
    ground: Ground, whole: Array, *, runs: int, seed: int, tell: Tell
) -> dict[str, Tally]:
    """Challengers that are worse on purpose, by what was done to them."""
    generator = np.random.default_rng([seed, 3])
    count = len(ground.shares)
    swapped = ground.shares.copy()
    some = drawn(ground, count // 2, generator)
    swapped[some] = ground.shares[generator.permutation(some)]
    spoiled = replace(ground, learn=lambda rows, _: ground.learn(rows, swapped))
    flat = 0.5 * whole + 0.5 * whole.mean(axis=0)
    ways = {
        "half of the votes swapped among the pictures": crossed(spoiled, share=1.0, seed=seed),
        "learned from a twentieth of the pictures": crossed(ground, share=0.05, seed=seed),
        "one point of noise on every prediction": jittered(whole, points=1.0, generator=generator),
        "drawn halfway to the mean of all pictures": flat,
        "upside down": whole[:, ::-1],
    }
    found = {}
    for name, predicted in ways.items():
        tell(f"worse: {name}")
        pair = _always(predicted, whole)
        found[name] = _trials(ground, pair, size=TESTED, runs=runs, seed=seed)
    return found


def broken_trials(ground: Ground, whole: Array, *, runs: int, seed: int, tell: Tell) -> Broken:
    """A champion that knows a tenth of the pictures against one that knows all but the dark."""
    generator = np.random.default_rng([seed, 4])
    less = crossed(ground, share=0.1, seed=seed)
    mask = ground.slices["dark"][1]
    broken = whole.copy()
    broken[mask] = whole[generator.permutation(np.flatnonzero(mask))]
    tell("slices: broken in the dark")
    sizes = [size for size in (TESTED, SIZES[-1]) if size < len(whole)]
    pairs = {"broken": _always(broken, less), "sound": _always(whole, less)}
    found = {
        name: {size: _trials(ground, pair, size=size, runs=runs, seed=seed) for size in sizes}
        for name, pair in pairs.items()
    }
    return Broken(found["broken"], found["sound"], float(mask.mean()))


def _always(challenger: Array, champion: Array) -> Callable[[np.random.Generator], Pair]:
    return lambda _: (challenger, champion)


def _jitters(whole: Array) -> Callable[[np.random.Generator], Pair]:
    def pair(generator: np.random.Generator) -> Pair:
        return (
            jittered(whole, points=JITTER, generator=generator),
            jittered(whole, points=JITTER, generator=generator),
        )

    return pair


def _trials(
    ground: Ground,
    pair: Callable[[np.random.Generator], Pair],
    *,
    size: int,
    runs: int,
    seed: int,
) -> Tally:
    everyone = np.arange(len(ground.shares))
    verdicts, gains = [], []
    for run in range(runs):
        generator = np.random.default_rng([seed, size, run])
        challenger, champion = pair(generator)
        test = drawn(ground, size, generator)
        verdicts.append(ground.verdict(challenger, champion, test, seed=run))
        gains.append(gains_of(ground, challenger, champion, everyone))
    return tally(verdicts, gains)


def _redraws(ground: Ground, *, runs: int, seed: int) -> tuple[Tally, float]:
    """Each side learns from its own draw, with repeats, of three fifths of the pictures."""
    verdicts, gains, moves = [], [], []
    for run in range(runs):
        generator = np.random.default_rng([seed, 1, run])
        order = generator.permutation(len(ground.shares))
        test, sized, known = np.split(order, [TESTED, 2 * TESTED])
        challenger, champion = (
            ground.learn(generator.choice(known, len(known)), ground.shares) for _ in range(2)
        )
        verdicts.append(ground.verdict(challenger, champion, test, seed=run, sized=sized))
        gains.append(gains_of(ground, challenger, champion, np.concatenate([test, sized])))
        moved = mean_scores(challenger[test]) - mean_scores(champion[test])
        moves.append(np.mean(np.square(moved)) / 2)
    return tally(verdicts, gains), float(np.sqrt(np.mean(moves)))


def _through(ground: Ground, whole: Array, *, seed: int, block: int, counts: bool) -> bool:
    """Whether any of many challengers without merit beats one champion on one set of pictures.

    ``counts``: the gate knows how many it has judged.
    """
    generator = np.random.default_rng([seed, 2, block])
    test = drawn(ground, TESTED, generator)
    champion = jittered(whole, points=JITTER, generator=generator)
    for attempt in range(1, ATTEMPTS + 1):
        challenger = jittered(whole, points=JITTER, generator=generator)
        told = attempt if counts else 1
        if ground.verdict(challenger, champion, test, seed=attempt, attempt=told).passed:
            return True
    return False
