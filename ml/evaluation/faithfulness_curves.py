"""Deletion and insertion (Petsiuk et al. 2018, section 3.3) with a blurred picture as nothing.

Deletion: the places where the map is strongest are replaced by the blurred picture first, and the
explained answer should fall early. Insertion: they are put back into the blurred picture first, and
it should rise early. What is reported is the area under each curve over the share of places.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ml.data.transforms import Squares
from ml.evaluation.metrics import Array

SHARES = tuple(step / 7 for step in range(1, 7))
_BLUR = 1 / 14  # standard deviation, of the side

Square = NDArray[np.uint8]
Judge = Callable[[Squares], Array]  # (n, S, S, 3) -> (n, answers)


@dataclass(frozen=True, slots=True)
class Ends:
    """What a judge answers, (answers,), for the picture and for the picture blurred."""

    whole: Array
    blurred: Array

    @property
    def drop(self) -> Array:
        """What the blur takes away; below 0 where the answer rises."""
        return self.whole - self.blurred


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas under both curves, (answers,) each, above the blurred picture's answer."""

    deletion: Array
    insertion: Array


def blurred(square: Square) -> Square:
    """(S, S, 3) with everything but the coarsest light and colour gone."""
    radius = _BLUR * square.shape[0]
    return np.asarray(Image.fromarray(square).filter(ImageFilter.GaussianBlur(radius)))


def ends(judge: Judge, square: Square, ground: Square) -> Ends:
    """Both ends of every curve over this picture."""
    whole, bare = judge(np.stack([square, ground]))
    return Ends(whole, bare)


def areas(
    judge: Judge,
    square: Square,
    ground: Square,
    values: Array,
    *,
    at: Ends,
    shares: Sequence[float] = SHARES,
) -> Areas:
    """Both areas for the map ``values`` (S, S) over ``square``; ``ground`` is its blurred twin."""
    kept = np.stack([_strongest(values, share) for share in shares])  # (n, S, S)
    inserted = np.where(kept[..., None], square, ground)
    deleted = np.where(kept[..., None], ground, square)
    answers = judge(np.concatenate([deleted, inserted]))  # (2 n, answers)
    count = len(shares)
    axis = np.array([0.0, *shares, 1.0])
    down = np.vstack([at.whole, answers[:count], at.blurred]) - at.blurred
    up = np.vstack([at.blurred, answers[count:], at.whole]) - at.blurred
    return Areas(deletion=_area(down, axis), insertion=_area(up, axis))


def order(values: Array) -> NDArray[np.intp]:
    """Positions of flat ``values``, strongest first; equals in an order drawn from one seed.

    Where a map says nothing it must not be read from top to bottom.
    """
    jitter = np.random.default_rng(values.size).permutation(values.size)
    return np.lexsort((jitter, -values.ravel()))


def _strongest(values: Array, share: float) -> NDArray[np.bool_]:
    chosen = np.zeros(values.size, dtype=np.bool_)
    chosen[order(values)[: round(share * values.size)]] = True
    return chosen.reshape(values.shape)


def _area(curve: Array, axis: Array) -> Array:
    """Trapezoids: (n, answers) over (n,) -> (answers,)."""
    widths = np.diff(axis)[:, None]
    area: Array = ((curve[1:] + curve[:-1]) / 2 * widths).sum(axis=0)
    return area
