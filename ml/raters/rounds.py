"""The rounds of a fit: places by Newton steps, noises and what holds for the crowd in between.

Each round sees all votes once. Variances that others' uncertainty adds to are sampled every few
rounds; they take from noises what the fit itself has smoothed away.
"""

from dataclasses import dataclass, replace

import numpy as np

from ml.raters import mixture
from ml.raters.crowd_step import variance, with_cuts, with_pairs, with_variances
from ml.raters.evidence import Evidence, Rows, gather
from ml.raters.normal import Equations, Line, scaled_rows, solve, variances
from ml.raters.scale import quality_of
from ml.raters.state import CENTRE, DEFAULTS, FitSettings, State
from ml.raters.votes import Ballot, Floats, totals

_EVERY = 3  # rounds between samplings
_DRAWS = 4  # samples while the fit still moves
_AFFORDED = 4_000_000  # votes times samples at the end; what samples add is small by then
_LARGEST = 1.5  # points that anything may move in a round
_QUIETEST, _LOUDEST = np.log(0.3), np.log(8.0)  # noise of a rater in points
# Below the least slope a rater's votes follow no picture; beyond the largest they know two steps.
_STEADIEST, _STEEPEST = 0.02, 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Where the rounds ended. ``quality_sd``: (pictures,) latent standard errors."""

    state: State
    quality_sd: Floats
    rounds: int
    converged: bool


def settle(ballot: Ballot, state: State, settings: FitSettings, *, trusting: int) -> Settled:
    """Rounds until nothing moves, or there were enough of them.

    ``trusting``: first rounds that believe every vote, so that habits are known before doubts.
    """
    number, converged = 0, False
    for number in range(1, settings.rounds + 1):
        if settings.mixture and number == trusting + 1:
            state = mixture.begun(state)
        before = state
        state = _round(
            ballot,
            state,
            trusting=not settings.mixture or number <= trusting,
            careful=number % _EVERY == 1,
            seed=settings.seed,
        )
        moved = np.max(np.abs(state.quality - before.quality), initial=0.0)
        if number > trusting + _EVERY and moved < settings.tolerance:
            converged = True
            break
    evidence, _ = gather(ballot, state, trusting=not settings.mixture)
    equations = _equations(ballot, state, evidence.told())
    draws = min(settings.draws, max(_DRAWS, _AFFORDED // max(equations.rows.shape[0], 1)))
    known = variances(equations, np.random.default_rng(settings.seed), draws)
    return Settled(state, np.sqrt(known[: ballot.pictures]), number, converged)


def _round(ballot: Ballot, state: State, *, trusting: bool, careful: bool, seed: int) -> State:
    evidence, state = gather(ballot, state, trusting=trusting)
    equations = _equations(ballot, state, evidence)
    moved = _with_noises(ballot, _with_places(ballot, state, equations, evidence), evidence)
    moved = replace(moved, crowd=with_pairs(ballot, moved, evidence))
    if careful:
        known = variances(equations, np.random.default_rng(seed), _DRAWS)
        moved = _with_crowd(ballot, moved, equations.line, known)
        moved = with_cuts(ballot, moved, evidence.scores.believed)
    return _recentred(moved)


def _equations(ballot: Ballot, state: State, evidence: Evidence) -> Equations:
    parts: tuple[Rows, ...] = (evidence.scores, evidence.pairs, evidence.bars)
    rows = scaled_rows(
        np.concatenate([part.places for part in parts]),
        np.concatenate([part.entries for part in parts]),
        np.concatenate([part.weight for part in parts]),
        ballot.pictures + 3 * ballot.raters,
    )
    crowd = state.crowd
    habits = 1.0 / np.repeat([crowd.bias, crowd.slope, crowd.side], ballot.raters)
    habits[ballot.raters : 2 * ballot.raters] += _blur(ballot, state, evidence)
    return Equations(rows, line_of(ballot, state), habits)


def _blur(ballot: Ballot, state: State, evidence: Evidence) -> Floats:
    """(raters,) precision by which a slope is pulled to 0 as qualities are not known exactly.

    E (z - slope q)^2 = (z - slope E q)^2 + slope^2 Var q. Without it slopes would follow the
    noise that the qualities took from the very same votes.
    """
    votes = ballot.scores
    weight = evidence.scores.weight * (state.quality_variance[votes.picture] / evidence.noise**2)
    return totals(votes.rater, weight, ballot.raters)


def line_of(ballot: Ballot, state: State) -> Line:
    """What is expected of pictures: their prior, moved and stretched to fit; else the middle."""
    prior, spread = latent_prior(ballot, state)
    told = ~np.isnan(prior)
    design = np.zeros((ballot.pictures, 3))
    design[~told, 0] = 1.0
    design[told, 1] = 1.0
    design[told, 2] = prior[told] - CENTRE
    variances_ = np.where(told, state.crowd.trust * spread, state.crowd.quality)
    # Without votes nothing can be said against the priors as they are.
    voted = len(ballot.scores.rater) + len(ballot.pairs.rater) > 0
    worth = np.array([0.25, 4.0, 25.0]) if voted else np.array([0.25, 1e6, 1e6])
    return Line(design, 1.0 / variances_, np.array([CENTRE, CENTRE, 1.0]), worth)


def latent_prior(ballot: Ballot, state: State) -> tuple[Floats, Floats]:
    """(pictures,) quality expected before any vote and its variance; not a number: none."""
    nothing = np.full(ballot.pictures, np.nan)
    if ballot.prior_mean is None or ballot.prior_sd is None:
        return nothing, nothing
    noise = float(np.hypot(np.exp(state.crowd.log_noise), np.sqrt(state.crowd.bias)))
    quality, unit = quality_of(ballot.prior_mean, noise, state.cuts)
    told = np.isfinite(ballot.prior_mean) & np.isfinite(ballot.prior_sd)
    spread = np.maximum(ballot.prior_sd, 0.05) / unit
    return np.where(told, quality, np.nan), np.where(told, spread**2, np.nan)


def _with_places(ballot: Ballot, state: State, equations: Equations, evidence: Evidence) -> State:
    """One Newton step for qualities, biases, slopes and sides together."""
    pictures, raters = ballot.pictures, ballot.raters
    parts = (evidence.scores, evidence.pairs, evidence.bars)
    residual = np.concatenate([part.residual for part in parts])
    pull = np.asarray(equations.rows.T @ residual)
    line = equations.line
    pull[:pictures] -= line.precision * (state.quality - line.at(state.quality))
    habits = np.concatenate([state.bias, state.slope - 1.0, state.side])
    pull[pictures:] -= equations.precision * habits
    pull[pictures + raters : pictures + 2 * raters] -= _blur(ballot, state, evidence)
    step = solve(equations.times, equations.diagonal(), pull[:, None], tolerance=0.01)[:, 0]
    step = np.clip(step, -_LARGEST, _LARGEST)
    bias, slope, side = np.split(step[pictures:], [raters, 2 * raters])
    return replace(
        state,
        quality=state.quality + step[:pictures],
        bias=state.bias + bias,
        slope=np.clip(state.slope + np.clip(slope, -0.5, 0.5), _STEADIEST, _STEEPEST),
        side=state.side + side,
    )


def _with_noises(ballot: Ballot, state: State, evidence: Evidence) -> State:
    """One step for the noises of raters and the unrest of pictures (logarithms)."""
    scores, pairs = evidence.scores, evidence.pairs
    rater, picture = ballot.scores.rater, ballot.scores.picture
    pull = scores.believed * (scores.heard.stretch + scores.heard.hold * evidence.unsure)
    bend = 2.0 * scores.weight
    crowd = state.crowd
    counted = state.counted()[rater]
    calm = totals(picture, counted * bend, ballot.pictures)
    stirred = totals(picture, counted * pull, ballot.pictures)
    unrest = (calm * state.unrest + stirred) / (calm + 1.0 / crowd.unrest)
    unrest = state.unrest + np.clip(unrest - state.unrest, -0.4, 0.4)
    pull = pull - bend * (unrest - state.unrest)[picture]
    apart = evidence.apart**2 + evidence.unsure_pair
    told = pairs.believed * (
        -evidence.apart * pairs.heard.pull + pairs.heard.hold * evidence.unsure_pair
    )
    both = np.concatenate([rater, ballot.pairs.rater])
    pulled = totals(both, np.concatenate([pull, told]), ballot.raters)
    known = totals(both, np.concatenate([bend, pairs.weight * apart]), ballot.raters)
    typical, noise, spread = _noises(state, pulled, known)
    return replace(
        state,
        unrest=unrest,
        log_noise=noise,
        crowd=replace(
            crowd,
            log_noise=typical,
            noise=spread,
            unrest=variance(unrest, 1.0 / (calm * crowd.unrest + 1.0), DEFAULTS.unrest),
        ),
    )


def _noises(state: State, pull: Floats, known: Floats) -> tuple[float, Floats, float]:
    """A typical rater's log noise, everybody's, and its variance among raters."""
    crowd = state.crowd
    worth = 1.0 / (1.0 + crowd.noise * known)
    told = float(np.sum((known * state.log_noise + pull) * worth))
    typical = (told + 4.0 * DEFAULTS.log_noise) / (float(np.sum(known * worth)) + 4.0)
    noise = (known * state.log_noise + pull + typical / crowd.noise) / (known + 1.0 / crowd.noise)
    noise = state.log_noise + np.clip(noise - state.log_noise, -0.4, 0.4)
    noise = np.clip(noise, _QUIETEST, _LOUDEST)
    spread = variance(noise - typical, 1.0 / (known * crowd.noise + 1.0), DEFAULTS.noise)
    return typical, noise, spread


def _with_crowd(ballot: Ballot, state: State, line: Line, known: Floats) -> State:
    pictures, raters = ballot.pictures, ballot.raters
    quality, bias, slope, side = np.split(
        known, [pictures, pictures + raters, pictures + 2 * raters]
    )
    state = replace(state, quality_variance=quality, bias_variance=bias, slope_variance=slope)
    _, spread = latent_prior(ballot, state)
    moves = state.quality - line.at(state.quality)
    return replace(state, crowd=with_variances(state, side, moves, spread))


def _recentred(state: State) -> State:
    """Slopes turn around the pictures' middle; biases make up for its move."""
    if not len(state.quality):
        return state
    centre = float(np.mean(state.quality))
    moved = (state.crowd.centre - centre) * (1.0 - state.slope)
    known = np.maximum(1.0 - state.slope_variance / state.crowd.slope, 0.0)
    stretch = (known @ state.slope + 5.0) / (np.sum(known) + 5.0)
    return replace(
        state,
        quality=centre + stretch * (state.quality - centre),
        slope=state.slope / stretch,
        bias=state.bias + moved,
        crowd=replace(state.crowd, centre=centre),
    )
