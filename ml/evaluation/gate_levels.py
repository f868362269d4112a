"""How sure the gate must be, by how many challengers the same test has judged before.

Whoever tries challenger after challenger on the same pictures gets one through by luck unless each
try costs something. The first challenger spends ``1 - level``. All further ones together spend as
much again, the k-th 1 / (k (k - 1)) of it, which sums to 1 however many come (alpha-spending:
Foster and Stine 2008, section 2). An interval errs to either side alike, so that of series of
challengers that are no better at most ``1 - level`` get one through.
"""

MOST = 10  # times as many resamples as the first challenger gets


def level_of(level: float, attempt: int) -> float:
    """Level at which the proof of the ``attempt``-th challenger, from 1, holds."""
    return 1 - (1 - level) / _parts(attempt)


def resamples_of(resamples: int, attempt: int) -> int:
    """So many that as many of them lie beyond the ends of its intervals, up to a limit."""
    return resamples * min(_parts(attempt), MOST)


def _parts(attempt: int) -> int:
    return 1 if attempt <= 1 else attempt * (attempt - 1)
