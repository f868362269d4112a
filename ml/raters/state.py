"""Where a fit of the rater model stands: what it knows of pictures, raters and the crowd."""

from dataclasses import dataclass, replace

import numpy as np

from ml.raters.scale import even_cuts
from ml.raters.votes import Ballot, Floats

CENTRE = 5.5  # of the 1 to 10 scale


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How long and how finely to fit.

    ``rounds``: most there are. ``tolerance``: points that the mean of no picture may still move,
    for the rounds to end. ``draws``: samples for the part of the standard errors that comes from
    what is unknown of raters and of other pictures, fewer from 250,000 votes on. ``seed``: of
    those samples. ``mixture``: whether careless votes and pushes are allowed for.
    """

    rounds: int = 80
    tolerance: float = 0.005
    draws: int = 16
    seed: int = 0
    mixture: bool = True


@dataclass(frozen=True, slots=True)
class Crowd:
    """What holds for the whole crowd; variances across pictures or raters, in squared points.

    ``centre``: where raters' slopes turn. ``quality``: variance of pictures without a prior around
    ``centre``. ``trust``: factor on the variance of priors. ``log_noise``: of a typical rater.
    ``tie``: half width of a tie in noise units. ``log_pair``: log of a pair's noise over what two
    score votes would have. ``bar``: below it a picture is bad.
    """

    centre: float = CENTRE
    quality: float = 1.5
    trust: float = 1.0
    bias: float = 0.5
    slope: float = 0.06
    log_noise: float = 0.4
    noise: float = 0.09
    unrest: float = 0.01
    side: float = 0.05
    tie: float = 0.2
    log_pair: float = 0.0
    bar: float = 3.0


DEFAULTS = Crowd()


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Everything a warm start needs, on the latent scale (points as far as steps are even).

    Of pictures: ``quality``, ``quality_variance``, ``unrest`` (log factor on the noise of its
    votes), ``pushed`` (pictures, 2): shares of votes that are pushes to the lowest and highest
    step. Of raters: ``bias``, ``slope``, ``log_noise``, ``side``, ``careless`` (share of votes
    that follow nothing) and the variances of the first two. ``cuts`` (levels - 1,): between steps.
    """

    quality: Floats
    quality_variance: Floats
    unrest: Floats
    pushed: Floats
    bias: Floats
    bias_variance: Floats
    slope: Floats
    slope_variance: Floats
    log_noise: Floats
    side: Floats
    careless: Floats
    cuts: Floats
    crowd: Crowd

    def panel_noise(self) -> Floats:
        """(pictures,) spread of votes when everybody votes: noise and what raters differ by."""
        noise = np.exp(self.crowd.log_noise + self.unrest)
        return np.asarray(np.hypot(noise, np.sqrt(self.crowd.bias)))

    def weight(self) -> Floats:
        """(raters,) what a vote that is meant tells beside one of a typical rater."""
        quiet = np.exp(self.crowd.log_noise - self.log_noise)
        return np.asarray((self.slope * quiet) ** 2)

    def counted(self) -> Floats:
        """(raters,) 0 to 1, how far a rater's odd votes say something of the picture.

        Votes that weigh little need no explanation by pushes or by what divides people.
        """
        return np.asarray(np.minimum(self.weight(), 1.0))


def fresh(ballot: Ballot) -> State:
    """Nobody known yet: every rater typical, every picture at the centre."""
    pictures, raters, crowd = ballot.pictures, ballot.raters, DEFAULTS
    return State(
        quality=np.full(pictures, crowd.centre),
        quality_variance=np.full(pictures, crowd.quality),
        unrest=np.zeros(pictures),
        pushed=np.zeros((pictures, 2)),
        bias=np.zeros(raters),
        bias_variance=np.full(raters, crowd.bias),
        slope=np.ones(raters),
        slope_variance=np.full(raters, crowd.slope),
        log_noise=np.full(raters, crowd.log_noise),
        side=np.zeros(raters),
        careless=np.zeros(raters),
        cuts=even_cuts(ballot.levels),
        crowd=crowd,
    )


def resumed(state: State, ballot: Ballot) -> State | None:
    """An earlier state for a ballot that has grown; new pictures and raters come last.

    None: the state is of another scale or of a larger crowd and says nothing.
    """
    new = fresh(ballot)
    pictures, raters = len(state.quality), len(state.bias)
    grown = pictures <= ballot.pictures and raters <= ballot.raters
    if not grown or len(state.cuts) != len(new.cuts):
        return None
    new = replace(
        new,
        quality=np.full(ballot.pictures, state.crowd.centre),
        log_noise=np.full(ballot.raters, state.crowd.log_noise),
    )
    kept = {
        name: _extended(getattr(state, name), getattr(new, name))
        for name in State.__dataclass_fields__
        if name not in ("cuts", "crowd")
    }
    return replace(new, **kept, cuts=state.cuts, crowd=state.crowd)


def _extended(known: Floats, default: Floats) -> Floats:
    return np.concatenate([known, default[len(known) :]])
