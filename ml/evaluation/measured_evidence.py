"""How far each measured attribute agrees with what raters said of the same pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.attributes import built_in
from ml.contracts.config import Estimate
from ml.data.opening import open_picture
from ml.data.samples import DataSetError, Panel, VotedPicture
from ml.data.transforms import on_white
from ml.evaluation.bootstrap import RESAMPLES, estimate, rank_correlation_of
from ml.evaluation.metrics import Array
from ml.evaluation.text_table import markdown, with_interval
from ml.measured.canvas import DETAIL_SIDE
from ml.measured.measure import FORMULAS, MEASURES, Measurement, measure

BEGIN = "<!-- measured: begin, written by `python -m ml.cli measured` -->"
END = "<!-- measured: end -->"
LEAST_PICTURES = 20
_REFERENCES = 101
_CHOICES = frozenset(attribute.key for attribute in built_in() if attribute.choices)
_BY_CHANCE = 0.025  # of unrelated formulas have a 95 % interval above 0

# Which label a formula should agree with, and AADB's column of it. Chosen from the meaning of the
# words alone, before any correlation was computed. Clipping has no label it should rise with, nor
# have the variety of edges and the two choices.
AGAINST: Mapping[str, str] = {
    "colorfulness": "vivid_color",
    "harmony_fit": "color_harmony",
    "hue_families": "vivid_color",
    "hue_spread": "vivid_color",
    "brightness": "light",
    "tonal_contrast": "light",
    "sharpness": "motion_blur",
    "focus_ratio": "depth_of_field",
    "thirds_fit": "rule_of_thirds",
    "mirror_symmetry": "symmetry",
    "balance": "balancing_elements",
    "subject_focus": "object_emphasis",
    "periodicity": "repetition",
    "color_variety": "vivid_color",
    "contrast": "light",
}
COLUMNS: Mapping[str, str] = {
    "vivid_color": "VividColor",
    "color_harmony": "ColorHarmony",
    "light": "Light",
    "motion_blur": "MotionBlur",
    "depth_of_field": "DoF",
    "rule_of_thirds": "RuleOfThirds",
    "symmetry": "Symmetry",
    "balancing_elements": "BalacingElements",
    "object_emphasis": "Object",
    "repetition": "Repetition",
}


@dataclass(frozen=True, slots=True)
class MeasuredEvidence:
    """What is known of one measured attribute.

    ``against``: key of the attribute whose labels it was compared with, on ``n`` pictures; empty,
    0 and None where there is no such label. ``judgement``: whether the whole 95 % interval of
    ``srcc`` lies above 0; otherwise the value is a fact about pixels and no more. ``reference``:
    ascending values of other pictures, at most 101, for percentiles; none for a choice, whose
    answers have no order.
    """

    key: str
    formula: str
    against: str
    n: int
    srcc: Estimate | None
    judgement: bool
    reference: tuple[float, ...]


def evidence(
    panel: Panel, *, reference: Sequence[Panel] = (), resamples: int = RESAMPLES
) -> tuple[MeasuredEvidence, ...]:
    """Every measured attribute against the labels of ``panel``, in the order of ``MEASURES``.

    ``panel``: pictures of which some carry AADB's attributes under its own column names (as
    Sophoappeal's do). ``reference``: panels whose pictures give the reference values; by default
    the panel itself. Raises DataSetError when too few pictures are labelled, OSError for a
    picture that cannot be read.
    """
    labelled = [picture for picture in panel.pictures if _labels(picture)]
    if len(labelled) < LEAST_PICTURES:
        raise DataSetError(
            f"{panel.name} has {len(labelled)} pictures with AADB attributes; "
            f"{LEAST_PICTURES} are needed"
        )
    measured = {picture.key: measure_picture(picture) for picture in panel.pictures}
    others = [measure_picture(picture) for other in reference for picture in other.pictures]
    known = others or list(measured.values())
    pairs = [(measured[picture.key], _labels(picture)) for picture in labelled]
    return tuple(
        _evidence_of(item.key, pairs, reference=references(known, item.key), resamples=resamples)
        for item in MEASURES
    )


def measure_picture(picture: VotedPicture) -> Measurement:
    """Measure the file of a picture, transparency laid over white. Raises OSError."""
    return measure(np.asarray(on_white(open_picture(picture.path, DETAIL_SIDE))))


def references(measured: Sequence[Measurement], key: str) -> tuple[float, ...]:
    """At most 101 ascending values of ``key``: all of them, or their percentiles 0 to 100.

    Nothing for a choice.
    """
    if key in _CHOICES:
        return ()
    values = sorted(item.values[key] for item in measured if key in item.values)
    if len(values) > _REFERENCES:
        values = np.percentile(values, np.arange(_REFERENCES)).tolist()
    return tuple(round(value, 6) for value in values)


def section(rows: Sequence[MeasuredEvidence], *, source: str) -> str:
    """The evidence as a Markdown table between its marks. ``source``: what the pictures are."""
    table = markdown(
        ["attribute", "formula", "compared with", "pictures", "SRCC (95 % interval)", "shown as"],
        [_line(row) for row in rows],
    )
    compared = [row for row in rows if row.srcc is not None]
    passed = sum(row.judgement for row in compared)
    summary = (
        f"Labels: {source}. {passed} of the {len(compared)} formulas that have a label to agree "
        "with do so with their whole interval above 0 "
        f"({_BY_CHANCE * len(compared):.1f} of as many unrelated ones would by chance); "
        "the others are shown as facts."
    )
    return f"{BEGIN}\n\n{summary}\n\n{table}\n\n{END}"


def _labels(picture: VotedPicture) -> dict[str, float]:
    """Attribute key to rating, for the columns that are filled."""
    given = picture.attributes
    return {key: given[column] for key, column in COLUMNS.items() if column in given}


def _evidence_of(
    key: str,
    pairs: Sequence[tuple[Measurement, Mapping[str, float]]],
    *,
    reference: tuple[float, ...],
    resamples: int,
) -> MeasuredEvidence:
    against = AGAINST.get(key, "")
    both = [
        (found.values[key], labels[against])
        for found, labels in pairs
        if against in labels and key in found.values
    ]
    srcc = None
    if len(both) >= LEAST_PICTURES:
        values, said = np.array(both, dtype=np.float64).T
        srcc = _srcc(values, said, resamples=resamples)
    return MeasuredEvidence(
        key=key,
        formula=FORMULAS[key],
        against=against,
        n=len(both) if srcc else 0,
        srcc=srcc,
        judgement=srcc is not None and srcc.low > 0,
        reference=reference,
    )


def _srcc(values: Array, said: Array, *, resamples: int) -> Estimate:
    return estimate(rank_correlation_of(values, said), count=len(values), resamples=resamples)


def _line(row: MeasuredEvidence) -> list[str]:
    if row.srcc is None:
        return [row.key, row.formula, "none", "", "", "fact"]
    shown = "judgement" if row.judgement else "fact"
    return [row.key, row.formula, row.against, str(row.n), with_interval(row.srcc), shown]
