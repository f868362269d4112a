"""Claim -> read a campaign's answers -> weigh them -> keep standings, habits and figures."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

import numpy as np

from ml.contracts.crowd import RaterCard, Standing
from ml.raters.model import fit
from ml.raters.opinion import Opinion
from ml.raters.votes import Ballot, Floats
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import JobKind
from webapp.ratings import standings
from webapp.ratings.answers import ends_of
from webapp.ratings.reading import Reading, read
from webapp.ratings.standings import Weighed
from workers import identity
from workers.runtime.agreement import alpha_of, doubts_of, halves_of
from workers.runtime.ballots import Answers, answers_of
from workers.runtime.crowd_figures import figures, histograms, plain_noise, raw_means
from workers.runtime.draining import give_up_exhausted, settling
from workers.runtime.warm_start import packed, unpacked

TWICE_TELLS: Final = 3  # repeats of a rater from which they say something of consistency


def fuse_next(queues: Sequence[str]) -> int:
    """Weigh one campaign of the first queue that has any; returns how many jobs were taken."""
    claims = jobs.claim(queues, kind=JobKind.FUSE, worker=identity.me().process)
    with settling(claims):
        for claim in give_up_exhausted(claims):
            _fuse(claim)
    return len(claims)


def _fuse(claim: Claim) -> None:
    campaign = standings.campaign_of(claim)
    if campaign is not None:
        reading = read(campaign)
        standings.record(claim, reading, weigh(reading))


def weigh(reading: Reading) -> Weighed:
    """What the crowd thinks, and how each rater votes; of choices without order only shares."""
    answers = answers_of(reading)
    if not reading.ordered:
        return _shares_alone(reading, answers.ballot)
    opinion = fit(answers.ballot, start=unpacked(reading))
    ballot = answers.ballot
    return Weighed(
        standings=_standings(opinion),
        curves=opinion.distribution.tolist(),
        votes_means=_votes_means(reading, ballot),
        places=_places(opinion),
        cards=_cards(reading, answers, opinion),
        votes=answers.count,
        alpha=alpha_of(ballot, ordered=True),
        split_half=halves_of(ballot),
        noise=opinion.noise_typical,
        plain_noise=plain_noise(ballot.scores, ballot.pictures, ballot.levels),
        figures=figures(ballot, opinion),
        state=packed(reading, opinion.state),
    )


def _standings(opinion: Opinion) -> list[Standing]:
    return [
        Standing(
            mean=float(opinion.mean[nth]),
            sd=float(opinion.sd[nth]),
            low=float(opinion.low[nth]),
            high=float(opinion.high[nth]),
            distribution=tuple(opinion.distribution[nth].tolist()),
            divisive=float(opinion.divisive[nth]),
            votes=int(opinion.votes[nth]),
        )
        for nth in range(len(opinion.mean))
    ]


def _votes_means(reading: Reading, ballot: Ballot) -> list[float | None]:
    """In units of a vote."""
    low, high = ends_of(reading.campaign)
    means = low + raw_means(ballot) * (high - low) / (ballot.levels - 1)
    return [mean if isfinite(mean) else None for mean in means.tolist()]


def _places(opinion: Opinion) -> list[int | None]:
    """Rank by mean from 1 among pictures that have votes; equals share a place."""
    voted = opinion.votes > 0
    ordered = np.sort(-opinion.mean[voted])
    ranks = 1 + np.searchsorted(ordered, -opinion.mean, side="left")
    return [int(rank) if there else None for rank, there in zip(ranks, voted, strict=True)]


def _cards(reading: Reading, answers: Answers, opinion: Opinion) -> list[RaterCard | None]:
    """Of the raters who answered something."""
    consistency = _with_repeats(answers, opinion)
    doubts = doubts_of(reading, answers.ballot, opinion)
    cards: list[RaterCard | None] = []
    for nth, votes in enumerate(opinion.rater_votes.tolist()):
        card = RaterCard(
            votes=votes,
            bias=float(opinion.bias[nth]),
            spread=float(opinion.spread[nth]),
            noise=float(opinion.noise[nth]),
            consistency=float(consistency[nth]),
            side=float(opinion.side[nth]),
            weight=float(opinion.weight[nth]),
            doubts=doubts[nth],
        )
        cards.append(card if votes else None)
    return cards


def _with_repeats(answers: Answers, opinion: Opinion) -> Floats:
    """(raters,) consistency by the model, pooled with what asking twice has shown.

    Two answers to one question differ by twice the variance of an answer; the rest of the spread
    of somebody's answers follows the pictures. Each repeat weighs as much as two votes.
    """
    rater = answers.repeats[:, 0].astype(int)
    raters = answers.ballot.raters
    twice = np.bincount(rater, minlength=raters).astype(float)
    apart = np.square(answers.repeats[:, 1] - answers.repeats[:, 2])
    noise = np.bincount(rater, apart, minlength=raters) / np.maximum(2 * twice, 1)
    both = np.concatenate([answers.repeats[:, 1], answers.repeats[:, 2]])
    spread = both.var() if len(both) else 0.0
    if spread == 0:
        return opinion.consistency
    same = np.clip(1 - noise / spread, 0, 1)
    weight = np.where(twice >= TWICE_TELLS, 2 * twice, 0)
    known = np.maximum(opinion.rater_votes, 1)
    pooled: Floats = (known * opinion.consistency + weight * same) / (known + weight)
    return pooled


def _shares_alone(reading: Reading, ballot: Ballot) -> Weighed:
    """Of an attribute with choices: how often each was taken. Nothing is ranked or weighed."""
    counts = histograms(ballot.scores, ballot.pictures, ballot.levels)
    votes = counts.sum(axis=1)
    shares = counts / np.maximum(votes, 1)[:, None]
    return Weighed(
        standings=[None] * ballot.pictures,
        curves=shares.tolist(),
        votes_means=[None] * ballot.pictures,
        places=[None] * ballot.pictures,
        cards=[None] * ballot.raters,
        votes=len(ballot.scores.rater),
        alpha=alpha_of(ballot, ordered=False),
        split_half=None,
        noise=None,
        plain_noise=None,
        figures={},
        state=b"",
    )
