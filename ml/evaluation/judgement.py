"""Everything that is said of a scorer's answers on held-out pictures, in one object."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ml.contracts.config import EvalReport
from ml.contracts.results import ScoreResult
from ml.contracts.votes import counts_to_distribution
from ml.data.samples import Panel, VotedPicture
from ml.data.splits import Indices
from ml.evaluation.baselines import constant_histogram, second_panel
from ml.evaluation.bootstrap import RESAMPLES
from ml.evaluation.calibration import Calibration, calibration
from ml.evaluation.equivalent_raters import EquivalentRaters, equivalent_raters
from ml.evaluation.metrics import Array, mean_scores
from ml.evaluation.report import report
from ml.evaluation.votes import pool_of_panel

SEED = 42


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """``predicted`` and ``actual``: (n, 10) shares of the pictures ``keys``.

    ``constant``: the mean training histogram for all. ``ceiling``: a second panel of the same
    size. ``single_votes``: whether equivalent raters come from the votes of known raters, or
    from histograms, whose voters nobody can tell apart.
    """

    panel: str
    keys: tuple[str, ...]
    predicted: Array
    actual: Array
    report: EvalReport
    constant: EvalReport
    ceiling: EvalReport
    calibration: Calibration
    raters: EquivalentRaters
    single_votes: bool

    @property
    def reports(self) -> Mapping[str, EvalReport]:
        """By name, the scorer first."""
        return {"scorer": self.report, "constant": self.constant, "ceiling": self.ceiling}

    def document(self) -> dict[str, object]:
        """JSON-ready: the scorer's own figures on top, the rest beside them."""
        return {
            "panel": self.panel,
            **asdict(self.report),
            "beside": {"constant": asdict(self.constant), "ceiling": asdict(self.ceiling)},
            "calibration": asdict(self.calibration),
            "equivalent_raters": asdict(self.raters),
            "raters_known": self.single_votes,
        }


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: the pictures of ``panel`` in ``test``; those in ``train`` were learned."""

    panel: Panel
    train: Indices
    test: Indices
    resamples: int = RESAMPLES

    @property
    def pictures(self) -> list[VotedPicture]:
        """The held-out pictures, in order."""
        return [self.panel.pictures[row] for row in self.test]


def judge(question: Question, answers: Sequence[ScoreResult]) -> Judgement:
    """Compare one answer for each picture of the question with its votes.

    Raises BadRowsError, and TooFewVotesError when single votes miss a picture.
    """
    pictures, resamples = question.pictures, question.resamples
    actual = np.array([picture.distribution for picture in pictures])
    learned = [question.panel.pictures[row] for row in question.train]
    known = np.array([picture.distribution for picture in learned])
    predicted = np.array([answer.distribution for answer in answers])
    counts = [picture.counts for picture in pictures]
    again = [counts_to_distribution(row) for row in second_panel(counts, seed=SEED).tolist()]
    constant = constant_histogram(known, rows=len(actual))
    return Judgement(
        panel=question.panel.name,
        keys=tuple(picture.key for picture in pictures),
        predicted=predicted,
        actual=actual,
        report=report(predicted, actual, resamples=resamples),
        constant=report(constant, actual, resamples=resamples),
        ceiling=report(again, actual, resamples=resamples),
        calibration=calibration(
            mean_scores(predicted),
            mean_scores(actual),
            half_width=_half_widths(answers),
            resamples=resamples,
        ),
        raters=equivalent_raters(
            pool_of_panel(question.panel, question.test.tolist()),
            mean_scores(predicted),
            seed=SEED,
            resamples=min(resamples, 500),
        ),
        single_votes=question.panel.single_votes is not None,
    )


def _half_widths(answers: Sequence[ScoreResult]) -> Array:
    """(n,) half widths; the longer side, as the other may be cut at an end of the scale."""
    return np.array([max(each.high - each.mean, each.mean - each.low) for each in answers])
