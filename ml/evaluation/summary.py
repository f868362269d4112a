"""Reports of several models on the same pictures as text."""

from collections.abc import Mapping

from ml.contracts.config import Estimate, EvalReport
from ml.evaluation.calibration import Calibration
from ml.evaluation.equivalent_raters import BlendPoint, EquivalentRaters
from ml.evaluation.text_table import aligned, with_interval

FIGURES = (
    ("srcc", "SRCC"),
    ("plcc", "PLCC"),
    ("emd_r1", "EMD r=1"),
    ("emd_r2", "EMD r=2 = CDLoss"),
    ("kl", "KL, nats"),
    ("mse", "MSE"),
    ("mae", "MAE"),
    ("spread_srcc", "SRCC of the spread"),
    ("range_ratio", "range ratio"),
    ("accuracy", "accuracy"),
    ("majority", "majority accuracy"),
)


def figure(report: EvalReport, name: str) -> Estimate:
    """The figure called ``name`` in ``FIGURES``."""
    value = getattr(report, name)
    if not isinstance(value, Estimate):
        raise TypeError(f"{name} is no figure of a report")
    return value


def skill(report: EvalReport, constant: EvalReport) -> float:
    """By what share the EMD (r = 2) lies below the constant's: 0 no better, 1 perfect."""
    return 1.0 - report.emd_r2.value / constant.emd_r2.value


def reports_text(reports: Mapping[str, EvalReport]) -> str:
    """Figures as rows and models as columns, with 95 % intervals over pictures."""
    first = next(iter(reports.values()))
    rows = [
        [heading, *(with_interval(figure(item, name), digits=4) for item in reports.values())]
        for name, heading in FIGURES
    ]
    note = f"{first.count:,} pictures; high means a mean of {first.threshold:g} or more."
    return f"{note}\n{aligned(['', *reports], rows)}"


def raters_text(results: Mapping[str, EquivalentRaters]) -> str:
    """The curve of panels, and what each model is worth on it."""
    first = next(iter(results.values()))
    curve = aligned(
        ["voters", "SRCC with the other half"],
        [[str(point.size), with_interval(point.srcc)] for point in first.curve],
    )
    heading = (
        f"Panels of voters, {first.pictures:,} pictures with {first.votes_per_picture:.0f} votes "
        "each:\npanels from one half of the voters, target: the mean of the other half."
    )
    return "\n".join([heading, curve, "", *(_worth(name, one) for name, one in results.items())])


def calibration_text(result: Calibration) -> str:
    """Coverage by level, then slope and error of the means."""
    rows = [
        [f"{point.level:.0%}", f"{point.half_width:.2f}", with_interval(point.covered)]
        for point in result.coverage
    ]
    table = aligned(["promised", "half width", "covered"], rows)
    slope = f"slope of voted on predicted means: {with_interval(result.slope)}"
    return f"{table}\n{slope}\nmean gap over the bins: {result.error:.3f} points"


def _worth(name: str, result: EquivalentRaters) -> str:
    more = "at least " if result.beyond else ""
    worth = f"{more}{with_interval(result.raters, digits=1)} voters"
    lines = [
        f"{name}: SRCC {with_interval(result.model)} with the same half, worth {worth}",
        *(f"  {_blend(point)}" for point in result.blends),
    ]
    return "\n".join(lines)


def _blend(point: BlendPoint) -> str:
    votes = "1 real vote" if point.votes == 1 else f"{point.votes} real votes"
    start = f"with {votes}: SRCC {with_interval(point.srcc)}, as"
    if point.beyond:
        return f"{start} more than the {point.alone.value:.0f} votes of the largest panel"
    saved = point.alone.value - point.votes
    return f"{start} {point.alone.value:.1f} votes alone, {saved:.1f} saved"
