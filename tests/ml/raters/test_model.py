"""The rater model: planted crowds are found again, and nothing is too little or too odd for it."""

from dataclasses import replace

import choix
import numpy as np
import pytest
from scipy.stats import spearmanr

from ml.raters.model import FitSettings, Opinion, fit
from ml.raters.scale import even_cuts, mean_points
from ml.raters.votes import BOTH_BAD, Ballot, Floats, Pairs, Scores
from tests.ml.raters.planted import Planted, joined, plant


def _ints(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def _rank(one: Floats, other: Floats) -> float:
    return float(spearmanr(one, other).statistic)


def _finite(opinion: Opinion) -> bool:
    columns = (
        opinion.mean, opinion.sd, opinion.low, opinion.high, opinion.distribution,
        opinion.divisive, opinion.bias, opinion.spread, opinion.noise, opinion.consistency,
        opinion.side, opinion.weight,
    )  # fmt: skip
    return all(bool(np.all(np.isfinite(column))) for column in columns)


@pytest.fixture(scope="module")
def crowd() -> Planted:
    return plant(scores=2400)


@pytest.fixture(scope="module")
def opinion(crowd: Planted) -> Opinion:
    return fit(crowd.ballot)


def test_it_ranks_pictures_better_than_their_plain_means(crowd: Planted, opinion: Opinion) -> None:
    assert opinion.converged
    assert _rank(opinion.mean, crowd.quality) > _rank(crowd.plain_mean, crowd.quality) + 0.005


def test_it_finds_who_is_harsh_and_who_is_erratic(crowd: Planted, opinion: Opinion) -> None:
    assert np.corrcoef(opinion.bias, crowd.bias)[0, 1] > 0.9
    assert np.corrcoef(opinion.noise, crowd.noise)[0, 1] > 0.7
    assert np.corrcoef(opinion.weight, 1 / crowd.noise**2)[0, 1] > 0.6
    assert opinion.noise_typical == pytest.approx(1.4, rel=0.2)


def test_eighty_percent_of_its_intervals_hold_the_truth() -> None:
    held = []
    for seed in range(3):
        planted = plant(scores=900, levels=7, seed=seed)
        found = fit(planted.ballot)
        everybody = np.full(len(planted.quality), np.hypot(1.4 * np.exp(0.35**2), 0.8))
        truth = mean_points(planted.quality, everybody, even_cuts(7))
        held.append(np.mean((found.low <= truth) & (truth <= found.high)))

    assert np.mean(held) == pytest.approx(0.8, abs=0.07)


def test_a_warm_start_lands_where_a_cold_one_does_in_fewer_rounds(crowd: Planted) -> None:
    votes = crowd.ballot.scores
    kept = Scores(votes.rater[:2200], votes.picture[:2200], votes.level[:2200])
    before = fit(replace(crowd.ballot, pictures=110, scores=_only(kept, 110)))

    cold, warm = fit(crowd.ballot), fit(crowd.ballot, start=before)

    assert np.max(np.abs(cold.mean - warm.mean)) < 0.1
    assert warm.rounds < cold.rounds


def _only(votes: Scores, pictures: int) -> Scores:
    kept = votes.picture < pictures
    return Scores(votes.rater[kept], votes.picture[kept], votes.level[kept])


def test_a_start_from_another_scale_changes_nothing(crowd: Planted, opinion: Opinion) -> None:
    other = fit(plant(scores=100, levels=5).ballot)

    assert np.array_equal(fit(crowd.ballot, start=other).mean, opinion.mean)


def test_scores_and_pairs_together_rank_better_than_either() -> None:
    both = plant(scores=400, pairs=800)
    scores = replace(both.ballot, pairs=Pairs())
    pairs = replace(both.ballot, scores=Scores())

    found = [_rank(fit(ballot).mean, both.quality) for ballot in (both.ballot, scores, pairs)]

    assert found[0] > max(found[1:]) + 0.01


def test_it_finds_which_side_a_rater_leans_to() -> None:
    planted = plant(raters=20, pairs=3000)

    assert np.corrcoef(fit(planted.ballot).side, planted.side)[0, 1] > 0.8


def test_pairs_alone_are_placed_as_choix_places_them() -> None:
    planted = plant(pictures=40, pairs=1500)
    votes = planted.ballot.pairs
    decided = votes.outcome < 2
    won = np.where(votes.outcome == 0, votes.left, votes.right)[decided]
    lost = np.where(votes.outcome == 0, votes.right, votes.left)[decided]
    nobody = np.zeros(len(won), np.int32)  # one rater, shown the better one left or right by turns
    flip = np.arange(len(won)) % 2 == 0
    pairs = Pairs(
        nobody, np.where(flip, won, lost), np.where(flip, lost, won), (~flip).astype(np.int8),
        np.ones(len(won)),
    )  # fmt: skip

    ours = fit(Ballot(raters=1, pictures=40, pairs=pairs)).state.quality
    theirs = choix.opt_pairwise(40, list(zip(won.tolist(), lost.tolist(), strict=True)), alpha=0.1)

    assert _rank(ours, theirs) > 0.995
    assert np.corrcoef(ours, theirs)[0, 1] > 0.99


def test_fine_scores_are_unmixed_as_by_alternating_projection() -> None:
    # ITU-T P.910 Annex E: subject bias and inconsistency, no steps, no shrinkage.
    planted = plant(pictures=40, raters=30, scores=1200)
    votes = planted.ballot.scores
    points = 1.0 + votes.level
    bias, noise = np.zeros(30), np.ones(30)
    for _ in range(100):
        weight = 1 / noise[votes.rater] ** 2
        quality = np.bincount(votes.picture, weight * (points - bias[votes.rater]))
        quality /= np.bincount(votes.picture, weight)
        rest = points - quality[votes.picture]
        bias = np.bincount(votes.rater, rest) / np.bincount(votes.rater)
        bias -= bias.mean()
        noise = np.sqrt(
            np.bincount(votes.rater, (rest - bias[votes.rater]) ** 2) / np.bincount(votes.rater)
        )

    found = fit(planted.ballot, settings=FitSettings(mixture=False))

    assert np.corrcoef(found.mean, quality)[0, 1] > 0.99
    assert np.corrcoef(found.bias, bias)[0, 1] > 0.98
    assert np.corrcoef(found.noise, noise)[0, 1] > 0.8


def test_a_fifth_of_pushers_hardly_moves_a_picture(crowd: Planted) -> None:
    target = int(np.argsort(crowd.quality)[24])
    honest = joined(crowd.ballot, target, [4, 5, 3, 4, 6, 4, 2, 5, 3, 4] * 3)
    pushers = np.bincount(honest.scores.picture)[target] // 4

    before, after = fit(honest), fit(joined(honest, target, [9] * pushers))

    assert abs(after.mean[target] - before.mean[target]) < 0.25
    assert after.state.pushed[target, 1] > 0.1


def test_a_picture_that_divides_people_stays_in_the_middle_and_is_called_divisive(
    crowd: Planted,
) -> None:
    ballot = replace(crowd.ballot, pictures=121)
    found = fit(joined(ballot, 120, [1, 8, 2, 8, 1, 9, 0, 7] * 4))

    assert found.mean[120] == pytest.approx(5.5, abs=0.6)
    assert found.divisive[120] > 0.5 > np.quantile(found.divisive[:120], 0.95)
    low, middle, high = (
        found.distribution[120, part].sum() for part in np.split(range(10), [3, 7])
    )
    assert low > middle < high, "its curve has one hump for each half"


def test_a_prior_fills_in_where_votes_are_few_and_gives_way_to_votes(crowd: Planted) -> None:
    random = np.random.default_rng(1)
    few = plant(scores=180)
    guess = few.quality + random.normal(0, 0.6, 120)
    spread = np.full(120, 0.6)
    told = replace(few.ballot, prior_mean=guess, prior_sd=spread)
    useless = replace(few.ballot, prior_mean=random.permutation(guess), prior_sd=spread)

    alone, helped, misled = (_rank(fit(b).mean, few.quality) for b in (few.ballot, told, useless))

    assert helped > alone + 0.1
    wrong = replace(crowd.ballot, prior_mean=random.permutation(guess), prior_sd=spread)
    assert _rank(fit(wrong).mean, crowd.quality) > 0.9
    assert misled < helped


def test_without_votes_a_picture_has_its_prior_or_the_middle() -> None:
    found = fit(
        Ballot(
            raters=2,
            pictures=3,
            prior_mean=np.array([3.0, 7.5, np.nan]),
            prior_sd=np.array([0.4, 0.8, np.nan]),
        )
    )

    assert found.mean == pytest.approx([3.0, 7.5, 5.5], abs=0.02)
    assert found.sd[:2] == pytest.approx([0.4, 0.8], rel=0.1)
    assert found.high[2] - found.low[2] > 3


def test_distributions_are_shares_whose_middle_follows_the_mean(opinion: Opinion) -> None:
    assert opinion.distribution.sum(axis=1) == pytest.approx(1)
    assert opinion.distribution @ np.arange(1, 11) == pytest.approx(opinion.mean)


ODD = {
    "nothing": Ballot(raters=0, pictures=0),
    "no votes": Ballot(raters=2, pictures=2),
    "one vote": Ballot(raters=1, pictures=1, scores=Scores(_ints(0), _ints(0), np.int8([9]))),
    "one rater": Ballot(
        raters=1,
        pictures=10,
        scores=Scores(np.zeros(10, np.int32), np.arange(10, dtype=np.int32), np.int8(range(10))),
    ),
    "one picture": Ballot(
        raters=10,
        pictures=1,
        scores=Scores(np.arange(10, dtype=np.int32), np.zeros(10, np.int32), np.int8(range(10))),
    ),
    "two steps": plant(scores=400, levels=2).ballot,
    "three steps": plant(scores=400, levels=3).ballot,
    "one pair": Ballot(
        raters=1,
        pictures=2,
        pairs=Pairs(_ints(0), _ints(0), _ints(1), np.int8([0]), np.ones(1)),
    ),
    "pairs apart": Ballot(
        raters=2,
        pictures=4,
        pairs=Pairs(
            _ints(0, 1, 0, 1), _ints(0, 2, 0, 2), _ints(1, 3, 1, 3), np.int8(range(4)), np.ones(4)
        ),
    ),
}


@pytest.mark.parametrize("ballot", ODD.values(), ids=ODD.keys())
def test_odd_ballots_have_an_opinion(ballot: Ballot) -> None:
    found = fit(ballot)

    assert found.mean.shape == (ballot.pictures,) and found.bias.shape == (ballot.raters,)
    assert _finite(found)
    assert np.all((found.low <= found.mean) & (found.mean <= found.high))


@pytest.mark.parametrize("level", [4, 9])
def test_a_crowd_that_always_says_the_same_has_that_mean(level: int) -> None:
    ballot = plant(pictures=20, raters=20, scores=200).ballot
    same = replace(ballot, scores=replace(ballot.scores, level=np.full(200, level, np.int8)))
    found = fit(same)

    assert _finite(found)
    assert found.mean == pytest.approx(np.full(20, level + 1.0), abs=0.3)


def test_both_bad_lowers_both_pictures_and_a_tie_does_not() -> None:
    pairs = plant(pictures=30, pairs=400).ballot.pairs
    bad = np.append(pairs.outcome, np.full(8, BOTH_BAD)).astype(np.int8)
    rater = np.append(pairs.rater, np.arange(8)).astype(np.int32)
    left = np.append(pairs.left, np.zeros(8)).astype(np.int32)
    right = np.append(pairs.right, np.ones(8)).astype(np.int32)

    lowered, tied = (
        fit(Ballot(raters=60, pictures=30, pairs=Pairs(rater, left, right, out, np.ones(408))))
        for out in (bad, np.where(bad == BOTH_BAD, 2, bad).astype(np.int8))
    )

    assert np.all(lowered.mean[:2] < tied.mean[:2] - 0.3)
    assert lowered.votes[0] == tied.votes[0] == np.sum((left == 0) | (right == 0))
