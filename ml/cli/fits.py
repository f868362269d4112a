"""``fits``: fit Gaussian, Gamma and reversed Gamma to vote histograms, beside AVA's table."""

import argparse
from collections.abc import Sequence
from typing import Any

from ml.cli.options import add_source, source, write
from ml.data.readers import read_labels
from ml.data.samples import SpreadUnknownError, VoteTable
from ml.evaluation.fits import FAMILIES, FitRow, FitTable, fit_table
from ml.evaluation.published import AVA_FITS, AVA_FITS_OVERALL, PublishedFit
from ml.evaluation.text_table import aligned

FEW = 200
_AVA_STEPS = 10


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("fits", help=__doc__)
    add_source(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """The table, with published figures and differences where the scale is AVA's."""
    table = read_labels(source(options)).table
    if not table.spread_known:
        raise SpreadUnknownError(f"{table.name} publishes means: there are no histograms to fit")
    write(render(table, fit_table(table.counts())))
    return 0


def render(table: VoteTable, fits: FitTable) -> str:
    """Bands of the mean score as rows, families as columns, then what to keep in mind."""
    beside = fits.steps == _AVA_STEPS
    published = {item.low: item for item in AVA_FITS} if beside else {}
    headings = ["mean score", "pictures", *_headings(beside=beside)]
    rows = [_line(row, f"{row.low}-{row.high}", published.get(row.low)) for row in fits.rows]
    rows.append(_line(fits.overall, "all", AVA_FITS_OVERALL if beside else None))
    padded = [[*row, *[""] * (len(headings) - len(row))] for row in rows]
    parts = [
        f"{table.name}: RMSE of parametric fits to vote shares, mean over pictures",
        aligned(headings, padded),
        *_notes(fits, beside=beside),
    ]
    return "\n".join(parts)


def _headings(*, beside: bool) -> list[str]:
    if not beside:
        return list(FAMILIES)
    return [column for family in FAMILIES for column in (family, "published", "diff.")]


def _line(row: FitRow, name: str, published: PublishedFit | None) -> Sequence[str]:
    mark = " *" if row.count < FEW else ""
    start = [name, f"{row.count:,}{mark}"]
    if published is None:
        return [*start, *(f"{error:.4f}" for error in row.errors)]
    cells = [
        cell
        for ours, theirs in zip(row.errors, published.errors, strict=True)
        for cell in (f"{ours:.4f}", f"{theirs:.4f}", f"{ours - theirs:+.4f}")
    ]
    return [*start, *cells]


def _notes(fits: FitTable, *, beside: bool) -> list[str]:
    notes = [f"* fewer than {FEW} pictures: the mean of a band moves with single pictures."]
    if fits.unanimous:
        notes.append(f"{fits.unanimous} unanimous pictures have no spread and are left out.")
    if beside:
        notes.append("published: the AVA fit table of Murray et al., on all of AVA (255,530).")
    return notes
