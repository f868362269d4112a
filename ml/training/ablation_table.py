"""The figures of an ablation: mean over seeds with intervals, as JSON and as a Markdown table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.config import Estimate
from ml.evaluation.bootstrap import (
    Statistic,
    correlation_of,
    estimates,
    mean_of,
    rank_correlation_of,
)
from ml.evaluation.metrics import Array, emd, mean_scores
from ml.evaluation.text_table import markdown, with_interval
from ml.training.cells import Cell


@dataclass(frozen=True, slots=True)
class PanelTruth:
    """Voted distributions (n, 10) of a panel's test pictures, in the order of the split."""

    name: str
    shares: Array


@dataclass(frozen=True, slots=True)
class SeedFigures:
    """One cell's figures with their bootstrap intervals over pictures; ``emd_r2`` takes r = 2."""

    seed: int | None
    srcc: Estimate
    plcc: Estimate
    emd_r2: Estimate
    seconds: float


@dataclass(frozen=True, slots=True)
class TableRow:
    """A model on a panel. The means are over seeds; their intervals resample pictures.

    ``below_constant``: by what share the mean EMD (r = 2) lies below the constant's; None where
    there is no such row. ``seconds``: mean wall time of a seed.
    """

    panel: str
    row: str
    srcc: Estimate
    plcc: Estimate
    emd_r2: Estimate
    below_constant: float | None
    seconds: float
    seeds: tuple[SeedFigures, ...]


def table_rows(
    truths: Sequence[PanelTruth], cells: Sequence[Cell], *, resamples: int
) -> tuple[TableRow, ...]:
    """One row for each panel and model, in the order of the cells."""
    return tuple(row for truth in truths for row in _panel_rows(truth, cells, resamples=resamples))


def as_markdown(rows: Sequence[TableRow]) -> str:
    """One table for each panel, intervals at 95 % over pictures."""
    parts: list[str] = []
    for panel in dict.fromkeys(row.panel for row in rows):
        lines = [_line(row) for row in rows if row.panel == panel]
        headings = ["row", "SRCC", "by seed", "PLCC", "EMD r=2", "below constant", "seconds"]
        parts.append(f"## {panel}\n\n{markdown(headings, lines)}")
    return "\n\n".join(parts) + "\n"


def _panel_rows(
    truth: PanelTruth, cells: Sequence[Cell], *, resamples: int
) -> tuple[TableRow, ...]:
    own = [cell for cell in cells if cell.key.panel == truth.name]
    names = list(dict.fromkeys(cell.key.row for cell in own))
    rows = [
        _row(name, truth, [cell for cell in own if cell.key.row == name], resamples=resamples)
        for name in names
    ]
    floor = next((row.emd_r2.value for row in rows if row.row == "constant"), None)
    return tuple(_beside(row, floor) for row in rows)


def _beside(row: TableRow, floor: float | None) -> TableRow:
    below = None if floor is None else 1 - row.emd_r2.value / floor
    return TableRow(
        panel=row.panel,
        row=row.row,
        srcc=row.srcc,
        plcc=row.plcc,
        emd_r2=row.emd_r2,
        below_constant=below,
        seconds=row.seconds,
        seeds=row.seeds,
    )


def _row(name: str, truth: PanelTruth, cells: Sequence[Cell], *, resamples: int) -> TableRow:
    mean = _figures([cell.shares for cell in cells], truth.shares, resamples=resamples)
    seeds = [
        SeedFigures(
            seed=cell.key.seed,
            **_figures([cell.shares], truth.shares, resamples=resamples),
            seconds=cell.seconds,
        )
        for cell in cells
    ]
    seconds = float(np.mean([cell.seconds for cell in cells]))
    return TableRow(
        panel=truth.name,
        row=name,
        **mean,
        below_constant=None,
        seconds=seconds,
        seeds=tuple(seeds),
    )


def _figures(predictions: Sequence[Array], actual: Array, *, resamples: int) -> dict[str, Estimate]:
    """Mean over models of every figure, its interval over the same resampled pictures."""
    voted = mean_scores(actual)
    guessed = [mean_scores(shares) for shares in predictions]
    distances = np.mean([emd(shares, actual, r=2) for shares in predictions], axis=0)
    statistics = {
        "srcc": _mean([rank_correlation_of(means, voted) for means in guessed]),
        "plcc": _mean([correlation_of(means, voted) for means in guessed]),
        "emd_r2": mean_of(distances),
    }
    return estimates(statistics, count=len(actual), resamples=resamples)


def _mean(statistics: Sequence[Statistic]) -> Statistic:
    def averaged(weights: Array) -> Array:
        values: Array = np.mean([statistic(weights) for statistic in statistics], axis=0)
        return values

    return averaged


def _line(row: TableRow) -> list[str]:
    below = "" if row.below_constant is None else f"{row.below_constant:.1%}"
    by_seed = " ".join(f"{seed.srcc.value:.3f}" for seed in row.seeds)
    return [
        row.row,
        with_interval(row.srcc),
        by_seed if len(row.seeds) > 1 else "",
        with_interval(row.plcc),
        with_interval(row.emd_r2, digits=4),
        below,
        f"{row.seconds:.0f}",
    ]
