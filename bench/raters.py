"""The rater model on a million score votes, cold and warm, beside two ways to average them.

`python -m bench.raters`. The crowd is made up, so that every way is also told how well it ranks the
pictures: 20,000 of them, 5,000 raters with biases and noises of their own. Warm: the last hundredth
of the votes has come since the fit before.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from ml.raters.model import Opinion, fit
from ml.raters.votes import Ballot, Floats, Scores

_ROUNDS = 30  # of alternating projection


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    ballot: Ballot
    quality: Floats


def crowd(*, votes: int, pictures: int, raters: int, seed: int) -> Crowd:
    random = np.random.default_rng(seed)
    quality, bias = random.normal(5.5, 1.2, pictures), random.normal(0, 0.8, raters)
    noise = 1.4 * np.exp(random.normal(0, 0.35, raters))
    cell = random.choice(pictures * raters, size=votes, replace=False)
    rater, picture = (cell // pictures).astype(np.int32), (cell % pictures).astype(np.int32)
    seen = quality[picture] + bias[rater] + noise[rater] * random.normal(size=votes)
    level = np.clip(np.rint(seen) - 1, 0, 9).astype(np.int8)
    return Crowd(
        Ballot(raters=raters, pictures=pictures, scores=Scores(rater, picture, level)), quality
    )


def plain_mean(ballot: Ballot) -> Floats:
    votes = ballot.scores
    counts = np.bincount(votes.picture, minlength=ballot.pictures)
    sums = np.bincount(votes.picture, 1.0 + votes.level, ballot.pictures)
    return np.asarray(sums / np.maximum(counts, 1))


def projection(ballot: Ballot) -> Floats:
    """ITU-T P.910 Annex E: qualities, biases and inconsistencies by turns."""
    votes, points = ballot.scores, 1.0 + ballot.scores.level
    each = np.maximum(np.bincount(votes.rater, minlength=ballot.raters), 1)
    bias, noise = np.zeros(ballot.raters), np.ones(ballot.raters)
    quality = np.zeros(ballot.pictures)
    for _ in range(_ROUNDS):
        weight = 1.0 / noise[votes.rater] ** 2
        sums = np.bincount(votes.picture, weight * (points - bias[votes.rater]), ballot.pictures)
        weights = np.bincount(votes.picture, weight, ballot.pictures)
        quality = sums / np.maximum(weights, 1e-9)
        rest = points - quality[votes.picture]
        bias = np.bincount(votes.rater, rest, ballot.raters) / each
        squares = (rest - bias[votes.rater]) ** 2
        noise = np.sqrt(np.bincount(votes.rater, squares, ballot.raters) / each) + 0.1
    return np.asarray(quality)


def _earlier(ballot: Ballot) -> Ballot:
    votes, kept = ballot.scores, len(ballot.scores.rater) * 99 // 100
    scores = Scores(votes.rater[:kept], votes.picture[:kept], votes.level[:kept])
    return Ballot(raters=ballot.raters, pictures=ballot.pictures, scores=scores)


def _line(what: str, seconds: float, votes: int, rank: float, note: str = "") -> None:
    print(f"  {what:22} {seconds:7.2f} s {votes / seconds:12,.0f} votes/s  rank {rank:.4f} {note}")


def compare(planted: Crowd) -> None:
    ballot, votes = planted.ballot, len(planted.ballot.scores.rater)

    def rank(mean: Floats) -> float:
        return float(spearmanr(mean, planted.quality).statistic)

    ways: tuple[tuple[str, Callable[[Ballot], Floats]], ...] = (
        ("plain mean", plain_mean),
        ("P.910 projection", projection),
    )
    for what, way in ways:
        started = time.perf_counter()
        mean = way(ballot)
        _line(what, time.perf_counter() - started, votes, rank(mean))
    cold = _fitted("rater model, cold", ballot, None, rank)
    warm = _fitted("rater model, warm", ballot, fit(_earlier(ballot)), rank)
    apart = float(np.max(np.abs(cold.mean - warm.mean)))
    print(f"  cold and warm differ by {apart:.3f} points at most")


def _fitted(
    what: str, ballot: Ballot, start: Opinion | None, rank: Callable[[Floats], float]
) -> Opinion:
    started = time.perf_counter()
    opinion = fit(ballot, start=start)
    seconds = time.perf_counter() - started
    _line(what, seconds, len(ballot.scores.rater), rank(opinion.mean), f"{opinion.rounds} rounds")
    return opinion


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--raters", type=int, default=5_000)
    asked = parser.parse_args(arguments)
    print(f"\n{asked.votes:,} votes of {asked.raters:,} raters on {asked.pictures:,} pictures")
    compare(crowd(votes=asked.votes, pictures=asked.pictures, raters=asked.raters, seed=1))


if __name__ == "__main__":
    main()
