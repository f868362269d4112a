"""What is good and bad about many boxes of one picture, each term from the crop field alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contracts.crops import CropTerms, Mark, MarkKind, Point
from ml.crop.field import CropField, Maps
from ml.crop.regions import Floats
from ml.crop.tables import Tables, view_scores

_BORDER = 1 / 64
_GRAZED = 0.02
_FOCAL_WIDTH = 0.15
_FOCAL_PLACES = np.array([1 / 3, 1 / 2, 2 / 3])

# How bad it is to cut through the middle of one, and to leave one out.
_CUT_THROUGH = {MarkKind.FACE: 1.0, MarkKind.TEXT: 0.25, MarkKind.SUBJECT: 0.4}
_LEFT_OUT = {MarkKind.FACE: 0.35, MarkKind.TEXT: 0.05, MarkKind.SUBJECT: 0.15}


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The terms of N boxes, each (N,); ``CropTerms`` says what they mean."""

    total: Floats
    view: Floats
    energy: Floats
    kept: Floats
    area: Floats
    cut: Floats
    focal: Floats

    def of(self, index: int) -> CropTerms:
        return CropTerms(
            total=float(self.total[index]),
            view=float(self.view[index]),
            energy=float(self.energy[index]),
            kept=float(self.kept[index]),
            area=float(self.area[index]),
            cut=float(self.cut[index]),
            focal=float(self.focal[index]),
        )


def score_shares(field: CropField, boxes: Floats, *, focal: Point | None = None) -> Scores:
    """Judge boxes (N, 4): left, top, right, bottom as shares of the picture, none empty."""
    view = view_scores(field.view, boxes)
    energy = energies(field.energy, boxes)
    kept = share_kept(field.attention, boxes)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    cut = cuts(field.marks, boxes)
    near = np.zeros(len(boxes)) if focal is None else nearness(focal, boxes)
    mix = field.mix
    good = mix.view * view + mix.energy * energy + mix.kept * kept + mix.focal * near
    total = good + mix.size * np.log(area) - mix.cut * cut
    return Scores(total, view, energy, kept, area, cut, near)


def share_kept(maps: Maps, boxes: Floats) -> Floats:
    """Share of a map (1, h, w) that each box (N, 4) keeps: (N,); an empty map counts as even."""
    return _kept(Tables.of(_levelled(maps)), boxes)


def _kept(tables: Tables, boxes: Floats) -> Floats:
    whole = tables.corners[0, -1, -1] / tables.corners[0, 1:, 1:].size
    return np.asarray(np.clip(tables.shares(boxes[:, None])[:, 0] / whole, 0.0, 1.0))


def energies(maps: Maps, boxes: Floats) -> Floats:
    """Energy kept x compactness x clean borders of each box (N, 4), each 0..1: (N,).

    Compactness is the share of the crop that its energy fills: (sum e)^2 / (n sum e^2) over its n
    cells, known as the participation ratio; 1 when the energy is even, 1/n when one cell holds it
    all. Clean borders: 1 / (1 + c), where c is the mean energy along the crop's new
    edges (those that are not the picture's), as a part of the whole outline, over the mean inside.
    """
    even = _levelled(maps)
    tables, squares = Tables.of(even), Tables.of(even**2)
    kept = _kept(tables, boxes)
    inside = tables.means(boxes[:, None])[:, 0]
    fill = inside**2 / np.maximum(squares.means(boxes[:, None])[:, 0], 1e-12)
    outline = _outline(tables, boxes) / np.maximum(inside, 1e-12)
    return np.clip(kept * fill / (1 + outline), 0.0, 1.0)


def _outline(tables: Tables, boxes: Floats) -> Floats:
    """Mean energy along the crop's edges; an edge of the picture itself cuts nothing: (N,)."""
    left, top, right, bottom = boxes.T
    edges = np.stack(
        [
            np.stack([left - _BORDER, top, left + _BORDER, bottom], axis=1),
            np.stack([right - _BORDER, top, right + _BORDER, bottom], axis=1),
            np.stack([left, top - _BORDER, right, top + _BORDER], axis=1),
            np.stack([left, bottom - _BORDER, right, bottom + _BORDER], axis=1),
        ],
        axis=1,
    )  # (N, 4, 4)
    new = np.stack([left > 0, right < 1, top > 0, bottom < 1], axis=1)
    lengths = np.stack([bottom - top, bottom - top, right - left, right - left], axis=1)
    # The one map is the same for all four edges.
    flat = np.clip(edges, 0.0, 1.0).reshape(-1, 1, 4)
    means = tables.means(flat).reshape(-1, 4)
    return np.asarray((means * lengths * new).sum(axis=1) / lengths.sum(axis=1))


def share_inside(marks: tuple[Mark, ...], boxes: Floats) -> Floats:
    """Share of each mark's area that each box holds: (N, M); within 2 % counts as all or none."""
    edges = np.array([(m.left, m.top, m.right, m.bottom) for m in marks]).reshape(-1, 4)
    low = np.maximum(boxes[:, None, :2], edges[:, :2])
    high = np.minimum(boxes[:, None, 2:], edges[:, 2:])
    common = np.prod(np.maximum(high - low, 0.0), axis=2)  # (N, M)
    whole = np.maximum(np.prod(edges[:, 2:] - edges[:, :2], axis=1), 1e-12)
    return np.asarray(np.clip((common / whole - _GRAZED) / (1 - 2 * _GRAZED), 0.0, 1.0))


def cuts(marks: tuple[Mark, ...], boxes: Floats) -> Floats:
    """How much of the marks each box cuts through: (N,), 0 for none.

    A mark costs most when its middle is cut, least when it is whole, and a little when it is left
    out. The logarithm keeps a crowd of faces from outweighing everything else; of writing only
    the worst piece counts, as grass and leaves are taken for many.
    """
    inside = share_inside(marks, boxes)
    weight = np.array([mark.weight for mark in marks])
    through = np.array([_CUT_THROUGH[mark.kind] for mark in marks]) * weight
    absent = np.array([_LEFT_OUT[mark.kind] for mark in marks]) * weight
    cost = through * 4 * inside * (1 - inside) + absent * (1 - inside)
    writing = np.array([mark.kind is MarkKind.TEXT for mark in marks], dtype=np.bool_)
    worst = cost[:, writing].max(axis=1, initial=0.0)
    return np.asarray(np.log1p(cost[:, ~writing].sum(axis=1) + worst))


def nearness(focal: Point, boxes: Floats) -> Floats:
    """How near the focal point lies to the middle or a third, each way apart, 0..1: (N,)."""
    sides = boxes[:, 2:] - boxes[:, :2]
    place = (np.array([focal.x, focal.y]) - boxes[:, :2]) / sides  # (N, 2), within the crop
    off = np.abs(place[..., None] - _FOCAL_PLACES).min(axis=2)
    return np.asarray(np.exp(-(off**2).sum(axis=1) / (2 * _FOCAL_WIDTH**2)))


def centroid(maps: Maps, box: NDArray[np.float64]) -> Point:
    """Centre of a map (1, h, w) inside one box (4,), as shares of the picture."""
    _, height, width = maps.shape
    even = _levelled(maps)[0]
    down, ys = _covered(box[1], box[3], height)
    across, xs = _covered(box[0], box[2], width)
    weights = even * down[:, None] * across
    whole = weights.sum()
    if whole <= 0:
        return Point(float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2)
    x, y = (weights * xs).sum() / whole, (weights * ys[:, None]).sum() / whole
    return Point(float(np.clip(x, 0, 1)), float(np.clip(y, 0, 1)))


def _covered(start: float, end: float, cells: int) -> tuple[Floats, Floats]:
    """How much of each cell lies between two edges, and the middle of that part: (cells,) twice."""
    edges = np.clip(np.arange(cells + 1) / cells, start, end)
    return np.diff(edges), (edges[1:] + edges[:-1]) / 2


def _levelled(maps: Maps) -> Maps:
    """Of its own largest value, so that no map is too faint to count."""
    peak = maps.max(initial=0.0)
    return maps / peak if peak > 0 else np.ones_like(maps)
