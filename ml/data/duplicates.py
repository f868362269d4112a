"""Find pictures that show the same: equal bytes, or nearly equal pixels."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import DisjointSet

from ml.data.samples import Fingerprint

MAX_BITS = 4
MAX_DIFFERENCE = 4.0
FLAT = 2.0
FLAT_DIFFERENCE = 0.5
_BANDS = MAX_BITS + 1
_BITS = 64


def near_pairs(prints: Sequence[Fingerprint]) -> list[tuple[int, int]]:
    """Positions (earlier, later) of pictures that look the same, sorted.

    Two pictures do when their outlines differ in at most ``MAX_BITS`` of 64 bits and their thumbs
    by at most ``MAX_DIFFERENCE`` of 255 on average. A picture without contrast has no outline:
    there the thumbs must agree within ``FLAT_DIFFERENCE``.
    """
    if not prints:
        return []
    outlines = np.array([item.outline for item in prints], dtype=np.uint64)  # (n,)
    thumbs = np.array([np.frombuffer(item.thumb, np.uint8) for item in prints])  # (n, 192)
    contrast = thumbs.reshape(len(prints), -1, 3).std(axis=1).max(axis=1)  # (n,)
    allowed = np.where(contrast < FLAT, FLAT_DIFFERENCE, MAX_DIFFERENCE)  # (n,)
    pairs: set[tuple[int, int]] = set()
    for first, others in _candidates(outlines):
        near = others[np.bitwise_count(outlines[others] ^ outlines[first]) <= MAX_BITS]
        apart = np.abs(thumbs[near].astype(np.int16) - thumbs[first]).mean(axis=1)
        same = near[apart <= np.minimum(allowed[near], allowed[first])]
        pairs.update((first, int(second)) for second in same)
    return sorted(pairs)


def groups_of(count: int, pairs: Sequence[tuple[int, int]]) -> NDArray[np.intp]:
    """A group number for each of ``count`` positions; those joined by pairs share theirs."""
    joined = DisjointSet(range(count))
    for first, second in pairs:
        joined.merge(first, second)
    return np.array([joined[position] for position in range(count)], dtype=np.intp)


def _candidates(outlines: NDArray[np.uint64]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each position with the later ones that agree with it in one of five bands of bits.

    Outlines within four bits of each other agree in at least one band, so no pair is missed.
    """
    width = -(-_BITS // _BANDS)
    for band in range(_BANDS):
        values = (outlines >> np.uint64(band * width)) & np.uint64((1 << width) - 1)
        order = np.argsort(values, kind="stable")
        edges = np.flatnonzero(np.diff(values[order])) + 1
        for members in np.split(order, edges):
            for place, first in enumerate(members[:-1]):
                yield int(first), members[place + 1 :]
