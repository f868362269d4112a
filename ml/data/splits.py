"""Splits of a panel by picture, the same for the same seed on every machine."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Split:
    """Two disjoint sets of positions that cover a panel. Nothing is ever tuned on ``test``."""

    train: Indices
    test: Indices


def holdout(count: int, *, seed: int, share: float) -> Split:
    """Put ``share`` of ``count`` positions, at least one, aside as the test set."""
    order = np.random.default_rng(seed).permutation(count)
    size = max(1, round(count * share))
    if size >= count:
        raise ValueError(f"{count} pictures cannot be split")
    return Split(train=np.sort(order[size:]), test=np.sort(order[:size]))


def folds(count: int, *, seed: int, parts: int) -> tuple[Split, ...]:
    """Cut ``count`` positions into ``parts`` test sets of nearly equal size."""
    if not 2 <= parts <= count:
        raise ValueError(f"{count} pictures cannot be cut into {parts} folds")
    order = np.random.default_rng(seed).permutation(count)
    everything = np.arange(count)
    tests = [np.sort(order[part::parts]) for part in range(parts)]
    return tuple(Split(train=np.setdiff1d(everything, test), test=test) for test in tests)
