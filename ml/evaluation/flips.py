"""Which pictures change their place most when the challenger takes over."""

from collections.abc import Sequence

import numpy as np

from ml.contracts.verdict import Flip
from ml.evaluation.metrics import Array, average_ranks

MOST = 200


def percentiles(means: Array) -> Array:
    """(n,) means -> (n,) places from the bottom in percent: 0 is the lowest, 100 the highest."""
    last = max(len(means) - 1, 1)
    placed: Array = 100 * average_ranks(means) / last
    return placed


def flips_of(
    artworks: Sequence[str],
    parts: Sequence[str],
    *,
    before: Array,
    after: Array,
    voted: Array,
    most: int = MOST,
) -> tuple[Flip, ...]:
    """The ``most`` pictures that move furthest among those given, furthest first.

    ``before``, ``after``: (n,) means that champion and challenger expect; ``voted``: (n,).
    """
    old, new = percentiles(before), percentiles(after)
    order = np.argsort(-np.abs(new - old), kind="stable")[:most]
    return tuple(
        Flip(
            artwork=artworks[row],
            part=parts[row],
            before=float(before[row]),
            after=float(after[row]),
            before_percentile=float(old[row]),
            after_percentile=float(new[row]),
            voted=float(voted[row]),
        )
        for row in order.tolist()
    )
