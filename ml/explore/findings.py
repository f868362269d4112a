"""Everything the report says about one data set, computed once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.data.samples import PictureFacts, Reading, VoteRow
from ml.evaluation.checks import BadRowsError
from ml.evaluation.fits import FitTable, fit_table
from ml.explore.bias import Raters, Subjects, raters, subjects
from ml.explore.statistics import (
    Array,
    Band,
    Moments,
    SpreadCurve,
    Summary,
    bands,
    middle_of,
    prior_votes,
    spread_curve,
    summary,
    vote_moments,
)

_SHARES = 1.01


@dataclass(frozen=True, slots=True)
class Ranked:
    """One picture in a row of examples, with its votes on the data set's own scale."""

    row: VoteRow
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Examples:
    """The ends of the collection, the extreme picture first."""

    best: tuple[Ranked, ...]
    worst: tuple[Ranked, ...]
    disputed: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True)
class Technical:
    """Size in kB, resolution in megapixels, and the long over the short side, of the files."""

    kilobytes: Array
    megapixels: Array
    elongation: Array


@dataclass(frozen=True, slots=True)
class Findings:
    """Scores are on the data set's own scale 1..steps.

    What needs votes one by one (``ratings``, ``spread``, ``fits``, ``prior``) is None where only
    shares or means are published. ``share_good``: pictures with a mean of ``threshold`` or more.
    """

    reading: Reading
    moments: Moments
    means: Summary
    ratings: Summary | None
    spread: SpreadCurve | None
    bands: tuple[Band, ...]
    fits: FitTable | None
    prior: float | None
    threshold: float
    share_good: float
    examples: Examples
    subjects: tuple[Subjects, ...]
    raters: Raters | None
    technical: Technical | None


def explore(reading: Reading, *, shown: int = 8) -> Findings:
    """Look at the pictures that training would use; at all labels where there are no pictures."""
    rows = _rows(reading)
    counts = np.array([row.counts for row in rows], dtype=np.float64)
    moments = vote_moments(counts)
    counted = bool(np.median(moments.votes) > _SHARES)
    known = reading.table.spread_known
    single = reading.table.single_votes
    threshold = middle_of(reading.table.steps)
    return Findings(
        reading=reading,
        moments=moments,
        means=summary(moments.means),
        ratings=summary(moments.votes) if counted and known else None,
        spread=spread_curve(moments) if known else None,
        bands=bands(counts, moments.means) if known else (),
        fits=_fits(counts) if known else None,
        prior=prior_votes(moments) if known and counted else None,
        threshold=threshold,
        share_good=float((moments.means >= threshold).mean()),
        examples=_examples(rows, moments, shown=shown),
        subjects=_subjects(rows, moments),
        raters=raters(single) if single is not None and any(single.raters) else None,
        technical=_technical(reading.files) if reading.files else None,
    )


def _rows(reading: Reading) -> Sequence[VoteRow]:
    if reading.panel is None:
        return reading.table.rows
    kept = {picture.key for picture in reading.panel.pictures}
    return [row for row in reading.table.rows if row.key in kept]


def _fits(counts: Array) -> FitTable | None:
    try:
        return fit_table(counts)
    except BadRowsError:
        return None


def _examples(rows: Sequence[VoteRow], moments: Moments, *, shown: int) -> Examples:
    by_mean = np.argsort(moments.means, kind="stable")
    by_spread = np.argsort(-moments.spreads, kind="stable")

    def ranked(order: NDArray[np.intp]) -> tuple[Ranked, ...]:
        return tuple(
            Ranked(rows[at], float(moments.means[at]), float(moments.spreads[at]))
            for at in order[:shown].tolist()
        )

    return Examples(ranked(by_mean[::-1]), ranked(by_mean), ranked(by_spread))


def _subjects(rows: Sequence[VoteRow], moments: Moments) -> tuple[Subjects, ...]:
    kinds: dict[str, list[tuple[str, ...]]] = {
        "tag": [row.tags for row in rows],
        "challenge": [(row.challenge,) if row.challenge else () for row in rows],
    }
    found = (subjects(kind, labels, moments.means) for kind, labels in kinds.items())
    return tuple(item for item in found if item is not None)


def _technical(files: Sequence[PictureFacts]) -> Technical:
    sides = np.array([(item.width, item.height) for item in files], dtype=np.float64)
    return Technical(
        kilobytes=np.array([item.bytes / 1000 for item in files]),
        megapixels=sides.prod(axis=1) / 1e6,
        elongation=sides.max(axis=1) / sides.min(axis=1),
    )
