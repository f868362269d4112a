"""What the crowd thinks of every picture and how every rater votes."""

from dataclasses import dataclass

from ml.raters.state import State
from ml.raters.votes import Floats, Places


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """The whole answer of a fit.

    (pictures,): ``mean`` in points 1 to 10, what the crowd would say on average if all of it had
    voted; ``sd`` its standard error; ``low``, ``high`` its 80 % interval; ``divisive`` 0 to 1;
    ``votes`` that counted, a pair for both of its pictures. ``distribution`` (pictures, 10).
    (raters,): as in ml.contracts.crowd.RaterCard, with ``rater_votes`` (answers given).
    ``state``: for a warm start. ``noise_typical``: standard deviation of one typical vote, points.
    """

    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    distribution: Floats
    divisive: Floats
    votes: Places
    bias: Floats
    spread: Floats
    noise: Floats
    consistency: Floats
    side: Floats
    weight: Floats
    rater_votes: Places
    state: State
    converged: bool
    rounds: int
    noise_typical: float
