"""Sums of maps over many boxes at once, from summed-area tables; exact for edges within a cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.crop.regions import DISCARDED, WHOLE, Floats, regions

_LEAST = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """One table a map: (R, h + 1, w + 1), the sum above and left of each corner of its cells."""

    corners: Floats

    @classmethod
    def of(cls, maps: NDArray[np.floating]) -> "Tables":
        """Maps (R, h, w); a cell holds one value over its whole square."""
        count, height, width = maps.shape
        corners = np.zeros((count, height + 1, width + 1))
        np.cumsum(maps, axis=1, dtype=np.float64, out=corners[:, 1:, 1:])
        np.cumsum(corners[:, 1:, 1:], axis=2, out=corners[:, 1:, 1:])
        return cls(corners)

    def means(self, boxes: Floats) -> Floats:
        """Mean of map r over box (n, r): (N, R, 4) or (N, 1, 4) shares -> (N, R); 0 if empty."""
        area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
        return np.where(area > _LEAST, self.shares(boxes) / np.maximum(area, _LEAST), 0.0)

    def shares(self, boxes: Floats) -> Floats:
        """What box (n, r) adds to the mean of map r over the whole picture: (N, R)."""
        _, height, width = self.corners.shape
        left, top, right, bottom = np.moveaxis(boxes, -1, 0)
        ends = [self._above_left(y, x) for y, x in ((bottom, right), (top, right), (bottom, left))]
        sums = ends[0] - ends[1] - ends[2] + self._above_left(top, left)
        return np.asarray(sums / ((height - 1) * (width - 1)))

    def _above_left(self, y: Floats, x: Floats) -> Floats:
        """The sum above and left of places (N, R): bilinear, as a cell is even."""
        _, height, width = self.corners.shape
        row, below = _cell(y, height - 1)
        column, beyond = _cell(x, width - 1)
        flat = self.corners.reshape(-1)
        base = np.arange(len(self.corners)) * (height * width) + row * width + column
        upper = flat[base] * (1 - beyond) + flat[base + 1] * beyond
        lower = flat[base + width] * (1 - beyond) + flat[base + width + 1] * beyond
        return np.asarray(upper * (1 - below) + lower * below)


def view_scores(maps: NDArray[np.floating], boxes: Floats) -> Floats:
    """What the view maps (30, S, S) say of each box (N, 4), relative to the whole picture: (N,)."""
    tables = Tables.of(maps)
    asked = regions(np.concatenate([WHOLE, boxes]))
    means = tables.means(asked)
    means[:, DISCARDED] = -tables.shares(asked)[:, DISCARDED]
    totals = means.sum(axis=1)
    return np.asarray(totals[1:] - totals[0])


def _cell(place: Floats, cells: int) -> tuple[NDArray[np.intp], Floats]:
    """The cell that a share lies in, and how far into it."""
    scaled = place * cells
    cell = np.clip(scaled.astype(np.intp), 0, cells - 1)
    return cell, scaled - cell
