"""What a person's own head is worth: single votes as picks, held-out picks as the judge.

A vote above the rater's own median is a like, one below it a dislike; votes at the median are no
picks. A head learns from some of a rater's picks, drawn at random, and orders the others. Beside it
stand the crowd's score alone, by a scorer that never saw those pictures, and the mean vote of all
other raters: what a perfect model of the crowd would say.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from ml.contracts.config import Estimate
from ml.contracts.taste import enough
from ml.evaluation.bootstrap import estimate, mean_of
from ml.evaluation.crowd_votes import Recorded
from ml.evaluation.metrics import Array
from ml.taste.badge import auc, badge_of
from ml.taste.head import Picks, Settings, Truths, fit

AT = (10, 20, 50, 100)
BADGES_AT = (20, 50, 100)
LEFT = 25  # picks to judge by, at least
OF_A_KIND = 3  # of them


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One rater's picks. ``others``: (n,) mean vote of all other raters on the same pictures."""

    picks: Picks
    others: Array


@dataclass(frozen=True, slots=True)
class Gained:
    """AUC on held-out picks after ``picks``, a mean over ``people`` with its interval."""

    picks: int
    people: int
    crowd: Estimate
    own: Estimate
    gain: Estimate
    others: Estimate
    better: float  # share of people whom their own head serves better


@dataclass(frozen=True, slots=True)
class Badges:
    """Share of people whose head would be shown; and when their picks are dealt out at random."""

    picks: int
    people: int
    shown: float
    by_chance: float


@dataclass(frozen=True, slots=True)
class _Trial:
    crowd: float
    own: float
    others: float


def people_of(votes: Recorded, *, vectors: Array, crowd: Array) -> list[Person]:
    """By rater. ``vectors`` (pictures, r) and ``crowd`` (pictures,) score from 1 to 10."""
    sums = np.bincount(votes.picture, votes.values, minlength=votes.pictures)
    found = []
    for rater in range(votes.raters):
        rows = np.flatnonzero(votes.rater == rater)
        level = votes.level[rows]
        apart = rows[level != np.median(level)]
        at = votes.picture[apart]
        liked = votes.level[apart] > np.median(level)
        others = (sums[at] - votes.values[apart]) / np.maximum(votes.counts[at] - 1, 1)
        found.append(Person(Picks(vectors[at], crowd[at], liked), others))
    return found


def gains(
    people: Sequence[Person],
    *,
    settings: Settings,
    runs: int,
    seed: int,
    tell: Callable[[str], None],
    at: Sequence[int] = AT,
) -> list[Gained]:
    """For each number of picks, of people who have enough, over ``runs`` draws of theirs."""
    found = []
    for picks in at:
        trials = [list(_trials(each, picks, settings, runs, seed + n)) for n, each in _all(people)]
        done = [each for each in trials if each]
        if done:
            found.append(_gained(picks, done))
        tell(f"{picks} picks of {len(done)} people")
    return found


def badges(
    people: Sequence[Person],
    *,
    seed: int,
    tell: Callable[[str], None],
    at: Sequence[int] = BADGES_AT,
) -> list[Badges]:
    """How often a head is shown, and how often it is when there is nothing to learn."""
    found = []
    for picks in at:
        shown = [list(_badged(each.picks, picks, seed + n)) for n, each in _all(people)]
        done = np.array([each for each in shown if each], dtype=float).reshape(-1, 2)
        if len(done):
            found.append(Badges(picks, len(done), *done.mean(axis=0).tolist()))
        tell(f"badges at {picks} picks of {len(done)} people")
    return found


def variants(settings: Settings) -> Mapping[str, Settings]:
    """Each setting halved and doubled, by what was changed."""
    found = {"as they are": settings}
    for field in fields(Settings):
        value = getattr(settings, field.name)
        for factor, word in ((0.5, "halved"), (2.0, "doubled")):
            changed = {each.name: getattr(settings, each.name) for each in fields(Settings)}
            found[f"{field.name} {word}"] = Settings(**{**changed, field.name: factor * value})
    return found


def _all(people: Sequence[Person]) -> Iterator[tuple[int, Person]]:
    return iter(enumerate(people))


def _trials(
    person: Person, picks: int, settings: Settings, runs: int, seed: int
) -> Iterator[_Trial]:
    generator = np.random.default_rng(seed)
    count = len(person.others)
    for _ in range(runs if count >= picks + LEFT else 0):
        order = generator.permutation(count)
        known, new = person.picks.part(order[:picks]), person.picks.part(order[picks:])
        if _both(known.liked, 1) and _both(new.liked, OF_A_KIND):
            own = fit(known, settings).logits(new.vectors, new.crowd)
            yield _Trial(
                crowd=auc(new.crowd, new.liked),
                own=auc(own, new.liked),
                others=auc(person.others[order[picks:]], new.liked),
            )


def _badged(picks: Picks, count: int, seed: int) -> Iterator[bool]:
    """Shown, and shown by chance; nothing for whoever has too few."""
    generator = np.random.default_rng(seed)
    if len(picks.liked) < count:
        return
    some = picks.part(generator.permutation(len(picks.liked))[:count])
    liked = int(some.liked.sum())
    if enough(liked, count - liked):
        yield badge_of(some).shown
        yield badge_of(Picks(some.vectors, some.crowd, generator.permutation(some.liked))).shown


def _both(liked: Truths, least: int) -> bool:
    return bool(min(liked.sum(), (~liked).sum()) >= least)


def _gained(picks: int, trials: Sequence[Sequence[_Trial]]) -> Gained:
    """Each person counts once, whatever the number of their draws."""
    means = np.array(
        [np.mean([(t.crowd, t.own, t.others) for t in each], axis=0) for each in trials]
    )
    crowd, own, others = means.T
    return Gained(
        picks=picks,
        people=len(means),
        crowd=_mean(crowd),
        own=_mean(own),
        gain=_mean(own - crowd),
        others=_mean(others),
        better=float((own > crowd).mean()),
    )


def _mean(values: Array) -> Estimate:
    return estimate(mean_of(values), count=len(values))
