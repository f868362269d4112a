"""Which raters should be looked at before their votes count, and why.

Each rule asks for so much evidence that hardly an honest rater meets it by chance; few votes
raise no doubt. A doubt decides nothing: an organiser does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import binom

from ml.contracts.crowd import Doubt
from ml.raters.evidence import bounds, vote_noise
from ml.raters.likelihood import hear
from ml.raters.mixture import chances_of_pushes
from ml.raters.opinion import Opinion
from ml.raters.scale import mean_points, points, shares
from ml.raters.state import State
from ml.raters.votes import LEFT, RIGHT, Ballot, Floats, Places, totals

Flags = NDArray[np.bool_]

_ENOUGH = 10  # votes without which nothing is said of a rater
_SAME = 0.95  # share of equal answers
_BY_CHANCE = np.log(1e-4)  # of a typical rater answering as one in doubt does
_SURE = 2.0  # standard deviations, 1 in 44 on one side
_FLAT = 0.6  # correlation beside a typical rater's that careful people hardly fall below
_LEANING = 0.7  # pull to a side in noise units that a habit does not explain
_HONEST_MISS = 0.15  # share of checks that careful people miss
_PUSH, _ALONE = 0.6, 0.95  # chance of a push that counts beside others', and on its own
_NEIGHBOURS = 6
_GLANCE = 0.4  # seconds, median; nobody sees, judges and answers faster


@dataclass(frozen=True, slots=True, eq=False)
class Checks:
    """Answers (raters,) to pictures whose place is known and to repeated ones."""

    asked: Places
    missed: Places


def doubts(
    ballot: Ballot,
    opinion: Opinion,
    *,
    checks: Checks | None = None,
    dwell: Floats | None = None,
    arrived: Floats | None = None,
) -> tuple[tuple[Doubt, ...], ...]:
    """Of every rater what speaks against counting their votes; mostly nothing.

    ``opinion``: the fit of this ballot. ``dwell``: (raters,) median seconds from seeing to
    answering; ``arrived``: (raters,) seconds, when they came; not a number where unknown.
    """
    nobody = np.zeros(ballot.raters, np.bool_)
    constant = _constant(ballot, opinion)
    found = {
        Doubt.CONSTANT: constant,
        Doubt.RANDOM: (_flat(ballot, opinion) | _guessing(ballot, opinion.state)) & ~constant,
        Doubt.SIDED: _sided(ballot, opinion),
        Doubt.CHECKS: nobody if checks is None else _missing(checks),
        Doubt.PUSHING: _pushing(ballot, opinion.state, arrived),
        Doubt.FAST: nobody if dwell is None else _fast(opinion, dwell),
    }
    return tuple(
        tuple(doubt for doubt, flags in found.items() if flags[rater])
        for rater in range(ballot.raters)
    )


def _constant(ballot: Ballot, opinion: Opinion) -> Flags:
    """Nearly always the same answer, though a typical rater as mild or harsh would vary."""
    votes, state = ballot.scores, opinion.state
    table = np.zeros((ballot.raters, ballot.levels))
    np.add.at(table, (votes.rater, votes.level), 1.0)
    favourite, count = table.argmax(axis=1), table.sum(axis=1)
    place = state.quality[votes.picture] + state.bias[votes.rater]
    usual = shares(place, state.panel_noise()[votes.picture], state.cuts)
    chance = np.log(np.maximum(usual[np.arange(len(place)), favourite[votes.rater]], 1e-12))
    same = table.max(axis=1) >= _SAME * count
    return np.asarray(
        (count >= _ENOUGH) & same & (totals(votes.rater, chance, ballot.raters) < _BY_CHANCE)
    )


def _flat(ballot: Ballot, opinion: Opinion) -> Flags:
    """Scores that surely follow the pictures far less than a typical rater's, or backwards.

    By the correlation with what a typical rater would say of the same pictures (Fisher 1921's z).
    """
    votes, state = ballot.scores, opinion.state
    rater, steps = votes.rater, points(ballot.levels)
    count = np.bincount(rater, minlength=ballot.raters)
    noise = np.full(ballot.pictures, np.exp(state.crowd.log_noise))
    usual = mean_points(state.quality, noise, state.cuts)[votes.picture]
    given = steps[votes.level]
    each = np.maximum(count, 1)
    usual = usual - (totals(rater, usual, ballot.raters) / each)[rater]
    given = given - (totals(rater, given, ballot.raters) / each)[rater]
    signal, spread = (totals(rater, square**2, ballot.raters) for square in (usual, given))
    both = totals(rater, usual * given, ballot.raters)
    followed = both / np.sqrt(np.maximum(signal * spread, 1e-9))
    typical = np.sqrt(signal / (signal + each * opinion.noise_typical**2))
    highest = np.arctanh(np.clip(followed, -0.999, 0.999)) + _SURE / np.sqrt(
        np.maximum(each - 3, 1)
    )
    return np.asarray((count >= _ENOUGH) & (highest < np.arctanh(_FLAT * typical)))


def _guessing(ballot: Ballot, state: State) -> Flags:
    """Pairs answered as a coin would: far likelier so than by a typical rater."""
    votes, crowd = ballot.pairs, state.crowd
    decided = np.flatnonzero((votes.outcome == LEFT) | (votes.outcome == RIGHT))
    rater, left = votes.rater[decided], votes.outcome[decided] == LEFT
    unit = 1.0 / (np.sqrt(2.0) * np.exp(crowd.log_pair + crowd.log_noise))
    apart = state.quality[votes.left[decided]] - state.quality[votes.right[decided]]
    unsure = (
        state.quality_variance[votes.left[decided]] + (state.quality_variance[votes.right[decided]])
    )
    better = ndtr(np.where(left, apart, -apart) * unit / np.sqrt(1.0 + unit**2 * unsure))
    typical = totals(rater, np.log(np.maximum(better, 1e-12) / 0.5), ballot.raters)
    return np.asarray(
        (np.bincount(rater, minlength=ballot.raters) >= _ENOUGH) & (typical < _BY_CHANCE / 2)
    )


def _sided(ballot: Ballot, opinion: Opinion) -> Flags:
    """One side of pairs, whatever it shows."""
    count = np.bincount(ballot.pairs.rater, minlength=ballot.raters)
    sd = 1.3 / np.sqrt(np.maximum(count, 1))  # of a probit's constant near even odds
    return np.asarray((count >= _ENOUGH) & (np.abs(opinion.side) - _SURE * sd > _LEANING))


def _missing(checks: Checks) -> Flags:
    """More checks missed than careful people miss."""
    by_chance = binom.sf(checks.missed - 1, checks.asked, _HONEST_MISS)
    return np.asarray((checks.missed >= 2) & (by_chance < 0.005))


def _fast(opinion: Opinion, dwell: Floats) -> Flags:
    return (opinion.rater_votes >= _ENOUGH) & (np.nan_to_num(dwell, nan=np.inf) < _GLANCE)


def _pushing(ballot: Ballot, state: State, arrived: Floats | None) -> Flags:
    """An end of the scale that only a push explains; or a likely push among those around it.

    Around: of the raters of the same picture who came nearest in time, most push it too.
    """
    rater, picture = ballot.scores.rater, ballot.scores.picture
    heard = hear(*bounds(ballot, state, vote_noise(ballot, state)))
    chance = chances_of_pushes(ballot, state, heard.chance)
    flags = np.zeros(ballot.raters, np.bool_)
    flags[rater[chance > _ALONE]] = True
    if arrived is None:
        return flags
    likely = chance > _PUSH
    for target in np.unique(picture[likely]):
        here = np.flatnonzero(picture == target)
        here = here[np.isfinite(arrived[rater[here]])]
        flags[_together(arrived[rater[here]], likely[here], rater[here])] = True
    return flags


def _together(times: Floats, likely: Flags, rater: Places) -> Places:
    """Likely pushers whose neighbours in time are mostly likely pushers."""
    order = np.argsort(times, kind="stable")
    mark = likely[order].astype(np.float64)
    window = np.convolve(mark, np.ones(_NEIGHBOURS + 1), mode="same") - mark
    crowded = (mark > 0) & (window >= 0.6 * min(_NEIGHBOURS, max(len(mark) - 1, 1)))
    return rater[order[crowded]]
