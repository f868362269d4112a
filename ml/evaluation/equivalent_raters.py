"""How many human votes a model's score is worth.

A panel of N voters ranks pictures by its mean vote. Its SRCC with the mean of *other* voters grows
with N; the model's SRCC with the same other voters is somewhere on that curve, and the N there is
what the model is worth. The voters are parted in two halves at random: panels come from one, the
target is the mean of the other. So nobody agrees with himself, and the target's own noise pulls
the panels and the model down alike, which needs no correction formula. The result is the mean over
several partings; intervals resample the pictures.

Blending. With k real votes of mean x and a model mean p, the estimate (k x + m p) / (k + m) is
the posterior mean when m = within-picture variance of votes / error variance of the model. Its
SRCC, read off the same curve, tells how many votes alone would have done as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.config import Estimate
from ml.evaluation.bootstrap import Statistic, rank_correlation_of, resampled
from ml.evaluation.checks import BadRowsError
from ml.evaluation.metrics import Array
from ml.evaluation.votes import Drawing, VotePool, draw

SIZES = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100)
BLENDED = (1, 2, 3, 5, 10)
RESAMPLES = 500
_CELLS = 10_000
_MOST_PARTINGS = 30


@dataclass(frozen=True, slots=True)
class PanelPoint:
    """SRCC of the mean of ``size`` voters with the mean of the other half of the voters."""

    size: int
    srcc: Estimate


@dataclass(frozen=True, slots=True)
class BlendPoint:
    """``votes`` real votes with the model as prior: as good as ``alone`` votes without it.

    ``beyond``: better than the largest panel drawn, where ``alone`` then ends.
    """

    votes: int
    srcc: Estimate
    alone: Estimate
    beyond: bool


@dataclass(frozen=True, slots=True)
class EquivalentRaters:
    """``model`` is its SRCC with the held-out half; ``raters`` the panel size that matches it.

    ``raters`` is below 1 when one vote ranks better, on the line to 0 votes, and ends at the
    largest size drawn: ``beyond`` says that the model is at or above it. ``prior_votes`` is m.
    """

    pictures: int
    votes_per_picture: float
    curve: tuple[PanelPoint, ...]
    model: Estimate
    raters: Estimate
    beyond: bool
    prior_votes: float
    blends: tuple[BlendPoint, ...]


def equivalent_raters(
    pool: VotePool, predicted: Array, *, seed: int, resamples: int = RESAMPLES
) -> EquivalentRaters:
    """Compare (n,) predicted means on 1..10 with random panels. Raises BadRowsError.

    Sizes go up to ``pool.largest_panel``.
    """
    if predicted.shape != (pool.count,) or not np.isfinite(predicted).all():
        raise BadRowsError(f"needs {pool.count} finite predicted means, got {predicted.shape}")
    sizes = _sizes(pool)
    generator = np.random.default_rng(seed)
    drawings = [draw(pool, sizes, generator=generator) for _ in range(_partings(pool))]
    prior = prior_votes(pool, predicted)
    columns = _columns(drawings, sizes, predicted, prior)
    whole = columns(np.ones((1, pool.count)))
    chunks = [columns(weights) for weights in resampled(pool.count, resamples)]
    return _summary(pool, sizes, prior, _Table(whole, np.concatenate(chunks)))


def panel_curve(pool: VotePool, sizes: Sequence[int], *, seed: int) -> Array:
    """(sizes,) mean SRCC of panels with the other half, without intervals."""
    generator = np.random.default_rng(seed)
    ones = np.ones((1, pool.count))
    rows = []
    for _ in range(_partings(pool)):
        drawing = draw(pool, sizes, generator=generator)
        rows.append(
            [rank_correlation_of(panel, drawing.target)(ones)[0] for panel in drawing.panels]
        )
    curve: Array = np.array(rows).mean(axis=0)
    return curve


def prior_votes(pool: VotePool, predicted: Array) -> float:
    """m: how many votes have the precision of the model's mean, its bias included.

    The model's error variance is its mean squared error less the noise of the votes' mean.
    """
    within = pool.within_variance()
    noise = within * float(np.mean(1.0 / pool.per_picture))
    error = float(np.mean(np.square(predicted - pool.means))) - noise
    return within / max(error, 1e-3 * within)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """SRCC columns, panels first, then blends, then the model: whole (1, c), draws (r, c)."""

    whole: Array
    draws: Array


def _partings(pool: VotePool) -> int:
    """More where pictures are few, as the luck of one parting then counts for more."""
    return int(np.clip(_CELLS // pool.count, 2, _MOST_PARTINGS))


def _sizes(pool: VotePool) -> tuple[int, ...]:
    sizes = tuple(size for size in SIZES if size <= pool.largest_panel)
    if len(sizes) < 2:
        raise BadRowsError("pictures have too few votes to draw panels of two from one half")
    return sizes


def _blended(sizes: Sequence[int]) -> tuple[int, ...]:
    return tuple(size for size in BLENDED if size in sizes)


def _columns(
    drawings: Sequence[Drawing], sizes: Sequence[int], predicted: Array, prior: float
) -> Statistic:
    """Maps (r, n) weights to the (r, columns) of a ``_Table``, mean over the drawings."""
    by_drawing = [
        [
            rank_correlation_of(row, drawing.target)
            for row in _rows(drawing, sizes, predicted, prior)
        ]
        for drawing in drawings
    ]

    def columns(weights: Array) -> Array:
        parts = [np.stack([one(weights) for one in row], axis=1) for row in by_drawing]
        mean: Array = np.mean(parts, axis=0)
        return mean

    return columns


def _rows(
    drawing: Drawing, sizes: Sequence[int], predicted: Array, prior: float
) -> Sequence[Array]:
    blends = [
        (size * drawing.panels[sizes.index(size)] + prior * predicted) / (size + prior)
        for size in _blended(sizes)
    ]
    return [*drawing.panels, *blends, predicted]


def _summary(pool: VotePool, sizes: Sequence[int], prior: float, table: _Table) -> EquivalentRaters:
    width, blended = len(sizes), _blended(sizes)
    worth = _map(table, lambda columns: _worth(columns, sizes))
    return EquivalentRaters(
        pictures=pool.count,
        votes_per_picture=float(pool.per_picture.mean()),
        curve=tuple(PanelPoint(size, _column(table, place)) for place, size in enumerate(sizes)),
        model=_column(table, -1),
        raters=_column(worth, -1),
        beyond=_beyond(table, -1, width),
        prior_votes=prior,
        blends=tuple(
            BlendPoint(
                votes=size,
                srcc=_column(table, width + place),
                alone=_column(worth, width + place),
                beyond=_beyond(table, width + place, width),
            )
            for place, size in enumerate(blended)
        ),
    )


def _worth(columns: Array, sizes: Sequence[int]) -> Array:
    """Each SRCC of (r, c) columns as a panel size, read off the panels of its own row.

    Linear in the logarithm of the size between two panels, and in the size below one vote.
    """
    result = np.empty_like(columns)
    logs = np.concatenate([[-1.0], np.log(sizes)])
    for place, row in enumerate(columns):
        curve = np.maximum.accumulate(np.concatenate([[0.0], row[: len(sizes)]]))
        at = np.interp(row, curve, logs)
        result[place] = np.where(at < 0, at + 1, np.exp(at))
    return result


def _beyond(table: _Table, place: int, width: int) -> bool:
    return bool(table.whole[0, place] >= table.whole[0, width - 1])


def _map(table: _Table, change: Statistic) -> _Table:
    return _Table(change(table.whole), change(table.draws))


def _column(table: _Table, place: int) -> Estimate:
    low, high = np.percentile(table.draws[:, place], [2.5, 97.5])
    return Estimate(float(table.whole[0, place]), float(low), float(high))
