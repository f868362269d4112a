"""What the figures of a judgement mean, in plain words."""

import numpy as np

from ml.contracts.config import Estimate
from ml.evaluation.judgement import Judgement
from ml.evaluation.metrics import mean_scores
from ml.evaluation.summary import skill

_GOOD_RANGE = 0.8
ACCEPTED = (0.76, 0.84)
_TAIL = 0.1


def lead(one: Judgement) -> str:
    """The whole finding in two sentences."""
    worth = one.raters.raters
    more = "at least " if one.raters.beyond else ""
    return (
        f"On {one.report.count:,} pictures it never learned from, the scorer ranks them with "
        f"SRCC {one.report.srcc.value:.2f}; a second crowd would reach "
        f"{one.ceiling.srcc.value:.2f}. Its opinion is worth {more}{worth.value:.1f} human votes."
    )


def large(one: Judgement) -> tuple[tuple[str, str], ...]:
    """The line of large figures."""
    return (
        ("SRCC", f"{one.report.srcc.value:.3f}"),
        ("EMD r = 2", f"{one.report.emd_r2.value:.3f}"),
        ("below the constant", f"{skill(one.report, one.constant):.0%}"),
        ("votes it is worth", f"{one.raters.raters.value:.1f}"),
        ("80 % intervals hold", f"{_served(one).value:.0%}"),
        ("range kept", f"{one.report.range_ratio.value:.0%}"),
    )


def range_words(one: Judgement) -> tuple[str, ...]:
    """Whether scores bunch in the middle."""
    ratio = one.report.range_ratio
    guessed, voted = mean_scores(one.predicted), mean_scores(one.actual)
    low, high = np.quantile(voted, [_TAIL, 1 - _TAIL])
    verdict = (
        "The range is kept." if ratio.value >= _GOOD_RANGE else "The scores bunch in the middle."
    )
    return (
        (
            f"Predicted means vary {ratio.value:.0%} as much as voted ones{_interval(ratio, '%')}. "
            f"{verdict}"
        ),
        (
            f"A tenth of the pictures were voted below {low:.1f} and a tenth above {high:.1f}; "
            f"the scorer puts {np.mean(guessed < low):.1%} and {np.mean(guessed > high):.1%} there."
        ),
    )


def agreement_words(one: Judgement) -> tuple[str, ...]:
    """What a difference of one point means."""
    slope = one.calibration.slope
    return (
        (
            f"Two pictures whose scores differ by one point differ by {slope.value:.2f} points in "
            f"the votes{_interval(slope)}; 1 would be right."
        ),
        (
            f"Within tenths of the predictions the mean vote is off by "
            f"{one.calibration.error:.2f} points on average. A single picture is off by "
            f"{one.report.mae.value:.2f}."
        ),
    )


def rival_words(one: Judgement) -> tuple[str, ...]:
    """The scorer between constant and ceiling."""
    return (
        (
            "The constant gives every picture the mean histogram of the training pictures. The "
            "ceiling is a second crowd of the same size, drawn from the same votes."
        ),
        (
            f"The EMD lies {skill(one.report, one.constant):.0%} below the constant's, where the "
            f"ceiling's lies {skill(one.ceiling, one.constant):.0%} below. High against low at "
            f"{one.report.threshold:g}: {one.report.accuracy.value:.1%} right, where calling all "
            f"alike gets {one.report.majority.value:.1%}."
        ),
    )


def interval_words(one: Judgement) -> tuple[str, ...]:
    """Whether the promised 80 % is kept."""
    served = _served(one)
    low, high = ACCEPTED
    verdict = "within" if low <= served.value <= high else "outside"
    return (
        (
            f"The 80 % interval held the voted mean in {served.value:.1%} of the pictures"
            f"{_interval(served, '%')}: {verdict} the {low:.0%} to {high:.0%} that we accept."
        ),
        (
            "The scorer promises 80 % alone. The other levels are the same interval stretched as "
            "normal errors would have it: they tell whether the errors have longer tails."
        ),
    )


def rater_words(one: Judgement) -> tuple[str, ...]:
    """The worth in votes, how it was found, and what blending saves."""
    source = "single votes of known raters" if one.single_votes else "vote histograms"
    worth = one.raters.raters
    first = one.raters.blends[0]
    return (
        (
            f"From {source}. Panels are drawn from one half of the voters and compared with the "
            "mean of the other half; so is the scorer, so that both meet the same noise."
        ),
        (
            f"The scorer ranks as well as the mean of {worth.value:.1f} votes"
            f"{_interval(worth, digits=1)}."
        ),
        (
            f"Blended with one real vote, it does as well as {first.alone.value:.1f} votes "
            f"alone. Its word then counts as {one.raters.prior_votes:.1f} votes."
        ),
    )


def _served(one: Judgement) -> Estimate:
    return next(point.covered for point in one.calibration.coverage if point.level == 0.8)


def _interval(estimate: Estimate, unit: str = "", *, digits: int = 2) -> str:
    if unit == "%":
        return f" (95 % from {estimate.low:.0%} to {estimate.high:.0%})"
    return f" (95 % from {estimate.low:.{digits}f} to {estimate.high:.{digits}f})"
