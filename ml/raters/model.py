"""The rater model: what a crowd means, and how each of its raters votes, from scores and pairs.

The picture i has a quality q_i; the rater r perceives it at

    z = centre + bias_r + slope_r (q_i - centre) + noise_r unrest_i e,      e ~ N(0, 1)

(ITU-T P.910 Annex E, subject bias and inconsistency; unrest is the content's ambiguity of Li &
Bampis 2017) and answers a score with the step between whose cuts z falls. Of a pair the left
is better when

    slope_r (q_l - q_r) / (sqrt(2) pair noise_r) + side_r + e > tie

(Thurstone 1927, case V; the side of Bugakova et al. 2019; ties as in Glenn & David 1960). The
habits are normal among raters, qualities around their priors; all variances are estimated. Votes
may be careless or pushes (ml/raters/mixture). docs/adr/0014 says why.
"""

from ml.raters.opinion import Opinion
from ml.raters.rounds import settle
from ml.raters.state import FitSettings, State, fresh, resumed
from ml.raters.telling import told
from ml.raters.votes import Ballot

__all__ = ["FitSettings", "Opinion", "State", "fit"]

_TRUSTING = 4  # rounds


def fit(
    ballot: Ballot, *, start: Opinion | None = None, settings: FitSettings | None = None
) -> Opinion:
    """The opinion of a crowd; the same ballot and settings give the same opinion.

    ``start``: an earlier opinion of the same crowd, whose pictures and raters keep their places;
    it saves rounds and does not change where they end, up to the tolerance.
    """
    settings = settings or FitSettings()
    state = None if start is None else resumed(start.state, ballot)
    if state is None:
        settled = settle(ballot, fresh(ballot), settings, trusting=_TRUSTING)
    else:
        settled = settle(ballot, state, settings, trusting=0)
    return told(ballot, settled)
