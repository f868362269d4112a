"""What the plots mean, in plain language, and what to do about it."""

from collections.abc import Iterator

from ml.data.faults import FaultReason, Severity
from ml.explore.bias import Raters, Subjects
from ml.explore.findings import Findings, Technical
from ml.explore.statistics import Summary

_FEW_VOTES = 10
_NAMED = 8


def percent(share: float) -> str:
    """A share of 0..1 for readers: no decimals unless it is small."""
    text = f"{share:.1%}" if 0 < share < 0.095 else f"{share:.0%}"
    return text.replace("%", "\N{NO-BREAK SPACE}%")


def signed(value: float) -> str:
    """A difference in points, with its sign."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def overview(found: Findings) -> str:
    """The data set in two sentences."""
    table, means = found.reading.table, found.means
    text = (
        f"{means.count:,} pictures on a scale of 1 to {table.steps}. "
        f"The average picture gets {means.mean:.2f}, and half of all pictures lie between "
        f"{means.q1:.2f} and {means.q3:.2f}."
    )
    return " ".join((text, *table.notes))


def ratings(found: Findings, votes: Summary) -> Iterator[str]:
    """On the number of votes a picture got."""
    yield (
        f"A typical picture was judged by {votes.median:,.0f} people; the numbers go from "
        f"{votes.least:,.0f} to {votes.most:,.0f}. The shaded strip holds the middle half."
    )
    if found.prior is not None:
        yield (
            f"Taste differs: with {found.prior:.1f} votes a picture, half of what sets mean scores "
            "apart would still be chance. Each further vote lowers that part."
        )


def ratings_advice(found: Findings, votes: Summary) -> str:
    """What to do about thinly judged pictures."""
    few = int((found.moments.votes < _FEW_VOTES).sum())
    if few:
        return (
            f"{few:,} pictures have fewer than {_FEW_VOTES} votes. Ask for more votes on them, or "
            "let them count less in training."
        )
    if found.prior is None:
        return "Every picture has enough votes to be used as it is."
    trust = votes.median / (votes.median + found.prior)
    return (
        f"A mean of {votes.median:,.0f} votes is {percent(trust)} signal: use it as it is. Where "
        f"you show a score from a handful of votes, pull it towards the average by adding "
        f"{found.prior:.1f} average votes."
    )


def means(found: Findings) -> Iterator[str]:
    """On the distribution of mean scores."""
    about = found.means
    yield f"Nine of ten pictures lie between {about.p5:.2f} and {about.p95:.2f}."
    if about.outside:
        yield (
            f"{about.below:,} pictures fall below the lower whisker of the box plot and "
            f"{about.above:,} rise above the upper one: these are the tails."
        )
    width = (about.p95 - about.p5) / (found.reading.table.steps - 1)
    if width < 0.5:
        yield (
            f"That is only {percent(width)} of the scale: means crowd in the middle, since people "
            "rarely agree on an extreme."
        )


def means_advice(found: Findings) -> str:
    """What the crowding means for training."""
    outside = found.means.outside / found.means.count
    if not outside:
        return "No picture stands out from the rest: training can take them as they come."
    return (
        f"Only {percent(outside)} of the pictures are excellent or poor enough to stand out. "
        "A model sees few of them, so sample evenly by score when training, and look at both "
        "tails by themselves when judging the model."
    )


def spread(found: Findings) -> Iterator[str]:
    """On disagreement."""
    curve = found.spread
    if curve is None or not len(curve.middle):
        return
    most, least = int(curve.middle.argmax()), int(curve.middle.argmin())
    yield (
        f"People disagree most about pictures around {curve.centres[most]:.2f} (standard deviation "
        f"{curve.middle[most]:.2f}) and least around {curve.centres[least]:.2f} "
        f"({curve.middle[least]:.2f}). The band holds eight of ten pictures."
    )
    edge = max(abs(curve.centres[0] - found.means.mean), abs(curve.centres[-1] - found.means.mean))
    if abs(curve.centres[least] - found.means.mean) < edge / 2:
        yield "The ordinary unites people; what is very good or very bad to some divides them."
    else:
        yield "Near the end of a scale there is no room left to disagree."


def fits(found: Findings) -> Iterator[str]:
    """On the three families of curves."""
    table = found.fits
    if table is None:
        return
    named = dict(zip(("Gaussian", "Gamma", "reversed Gamma"), table.overall.errors, strict=True))
    best = min(named, key=lambda name: named[name])
    yield (
        f"Over all pictures the {best} curve comes closest (error {named[best]:.4f}); an error of "
        "0 would be the exact shape. The smallest error of each row is set in bold."
    )
    yield (
        "Where votes pile up at an end of the scale, a symmetric curve cannot follow them; a Gamma "
        "leans one way and a reversed Gamma the other."
    )


def subjects_says(item: Subjects) -> Iterator[str]:
    """On categories that rate high or low."""
    best, worst = item.best_first[0], item.best_first[-1]
    yield (
        f"{best.name} averages {best.mean:.2f}, {worst.name} {worst.mean:.2f}. The dashed line is "
        "the average of all pictures, the bars are twice the standard error, the figures count "
        "pictures."
    )
    known = percent(item.explained)
    yield f"Knowing the {item.kind} alone explains {known} of what sets scores apart."


def subjects_advice(item: Subjects) -> str:
    """What to do about a lean."""
    if item.explained > 0.05:
        return (
            f"A model can earn points by recognising the {item.kind} instead of judging the "
            f"picture. Report its agreement within each {item.kind} too."
        )
    return f"The {item.kind} hardly matters here; no correction is needed."


def majority(found: Findings) -> str:
    """On accuracy at the threshold."""
    share = max(found.share_good, 1 - found.share_good)
    word = "good" if found.share_good >= 0.5 else "not good"
    return (
        f"{percent(found.share_good)} reach {found.threshold:g}, the dashed line. Someone who "
        f"always says \u2018{word}\u2019 is right in {percent(share)} of cases: an accuracy means "
        "something only above that."
    )


def raters_says(item: Raters) -> Iterator[str]:
    """On participation."""
    yield (
        f"{item.votes.count:,} people voted, typically {item.votes.median:,.0f} times; the "
        f"busiest tenth cast {percent(item.busiest_share)} of all votes."
    )
    yield (
        f"Nine of ten raters lean between {signed(item.leaning.p5)} and "
        f"{signed(item.leaning.p95)} points from what others gave the same pictures."
    )


def raters_advice(item: Raters) -> str:
    """What to do about odd raters."""
    if item.one_note:
        return (
            f"{len(item.one_note):,} raters with ten votes or more always gave the same one: "
            f"{', '.join(item.one_note[:_NAMED])}. Look at their votes before training."
        )
    return "No rater gave the same vote throughout. Nothing needs to be taken out."


def technical(item: Technical) -> str:
    """On the files."""
    size, pixels = item.kilobytes, item.megapixels
    low, high = f"{pixels.min():.2g}", f"{pixels.max():.2g}"
    resolution = f"All have {low}" if low == high else f"They have {low} to {high}"
    return (
        f"The files take {size.min():,.0f} to {size.max():,.0f} kB. {resolution} megapixels, and "
        f"the long side is up to {item.elongation.max():.1f} times the short one."
    )


REASONS: dict[FaultReason, tuple[str, str]] = {
    FaultReason.UNNAMED_ROW: (
        "Row without a name",
        "Name the picture, or remove it.",
    ),
    FaultReason.DUPLICATE_ROW: ("Named twice", "The first row counts. Remove the others."),
    FaultReason.WRONG_LENGTH: ("Wrong number of counts", "Look for shifted or missing cells."),
    FaultReason.NOT_A_NUMBER: ("Not a number", "Correct the cell."),
    FaultReason.NEGATIVE: ("Negative votes", "Correct the cell."),
    FaultReason.ZERO_VOTES: ("Nobody voted", "Ask for votes, or leave the picture out."),
    FaultReason.OFF_SCALE: ("Off the scale", "Check the scale, or correct the vote."),
    FaultReason.UNKNOWN_PART: ("Unknown part", "Write train, validation or test."),
    FaultReason.UNSAFE_NAME: ("File name leads elsewhere", "Name files inside the folder."),
    FaultReason.MISSING_FILE: ("Picture is missing", "Add the file, or remove the row."),
    FaultReason.CORRUPT_FILE: ("Cannot be decoded", "Fetch the file again."),
    FaultReason.TRUNCATED_FILE: ("File is cut off", "Fetch the file again."),
    FaultReason.TOO_MANY_PIXELS: ("Too many pixels", "Scale it down before importing."),
    FaultReason.TOO_SMALL: ("Too small to judge", "Replace it by the full picture."),
    FaultReason.WRONG_DIGEST: ("Not the promised file", "Export the snapshot again."),
    FaultReason.DUPLICATE_PICTURE: ("Same file twice", "Merge the votes, or keep one row."),
    FaultReason.NEAR_DUPLICATE: ("Looks like another", "Kept; splits keep them together."),
    FaultReason.UNLABELLED_FILE: ("File without usable row", "Kept out of training; add votes."),
    FaultReason.ODD_SIZE: ("Unusual file size", "Kept; look whether it is what you expect."),
    FaultReason.ODD_RESOLUTION: ("Unusual resolution", "Kept; look at it."),
    FaultReason.ODD_ASPECT: ("Unusual shape", "Kept; it is squeezed most by the model."),
}

SEVERITIES = {Severity.DROPPED: "left out", Severity.NOTED: "kept"}
