"""Where a view ranker looks: the 30 places in and around a crop, and their shares of map cells."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 5
INSIDE = BINS * BINS
REGIONS = INSIDE + 5
DISCARDED = REGIONS - 1
WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]])

_BAND = 0.2


def regions(boxes: Floats) -> Floats:
    """The places of each crop: (N, 4) left, top, right, bottom as shares -> (N, 30, 4).

    0..24 are 5 x 5 bins inside, row by row. 25..28 are bands just outside, left, right, top and
    bottom, a fifth of the crop thick and clipped to the picture; one with no room has no area.
    29 is the crop itself: what is discarded is the picture less this.
    """
    left, top, right, bottom = np.asarray(boxes, dtype=np.float64).T  # each (N,)
    across, down = (right - left) * _BAND, (bottom - top) * _BAND
    xs = np.linspace(left, right, BINS + 1, axis=1)  # (N, 6)
    ys = np.linspace(top, bottom, BINS + 1, axis=1)
    inside = np.stack(
        [
            np.tile(xs[:, :-1], BINS),
            np.repeat(ys[:, :-1], BINS, axis=1),
            np.tile(xs[:, 1:], BINS),
            np.repeat(ys[:, 1:], BINS, axis=1),
        ],
        axis=2,
    )  # (N, 25, 4)
    outside = [
        (np.maximum(left - across, 0), top, left, bottom),
        (right, top, np.minimum(right + across, 1), bottom),
        (left, np.maximum(top - down, 0), right, top),
        (left, bottom, right, np.minimum(bottom + down, 1)),
        (left, top, right, bottom),
    ]
    around = np.stack([np.stack(edges, axis=1) for edges in outside], axis=1)  # (N, 5, 4)
    return np.concatenate([inside, around], axis=1)


def overlaps(boxes: Floats, cells: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What each row and each column of a map counts in each region: (N, 30, cells) twice.

    With ``rows, columns = overlaps(boxes, S)`` and maps (30, S, S), the mean of map r over region
    r is ``einsum("nry,nrx,ryx->nr", rows, columns, maps)``; an empty region gives 0. The last
    region gives minus the part of its map's mean that lies inside the crop; less the same for the
    whole picture that is what was discarded. So the score of a view is the sum over r, less the
    sum for ``WHOLE``.
    """
    places = regions(boxes)
    rows = _shares(places[..., 1], places[..., 3], cells)
    rows[:, DISCARDED] *= -1
    columns = _shares(places[..., 0], places[..., 2], cells)
    return rows, columns


def _shares(start: Floats, end: Floats, cells: int) -> NDArray[np.float32]:
    """(N, 30) edges -> (N, 30, cells): adds up to 1; for the crop itself to its share."""
    edges = np.arange(cells + 1) / cells
    covered = np.clip(edges, start[..., None], end[..., None])  # (N, 30, cells + 1)
    lengths = np.diff(covered, axis=-1)
    whole = np.where(end > start, end - start, 1.0)
    whole[:, DISCARDED] = 1.0
    return (lengths / whole[..., None]).astype(np.float32)
