"""How far each measured attribute agrees with what raters said of the same pictures."""

from collections.abc import Mapping, Sequence

import numpy as np

from ml.contracts.attributes import built_in
from ml.contracts.attributes_card import MOST_REFERENCES, MeasuredFacts
from ml.contracts.config import Estimate
from ml.data.attribute_columns import COLUMNS
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
_CHOICES = frozenset(attribute.key for attribute in built_in() if attribute.choices)
_BY_CHANCE = 0.025  # of unrelated formulas have a 95 % interval above 0

# Which label a formula should agree with. Chosen from the meaning of the words alone, before any
# correlation was computed. Clipping has no label it should rise with, nor have the variety of
# edges and the two choices.
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
_LABELS = frozenset(AGAINST.values())


def evidence(panel: Panel, *, resamples: int = RESAMPLES) -> tuple[MeasuredFacts, ...]:
    """Every measured attribute against the labels of ``panel``, in the order of ``MEASURES``.

    All pictures of the panel give the reference values; some carry AADB's attributes under its own
    column names, as Sophoappeal's do. Raises DataSetError when too few do, OSError for a picture
    that cannot be read.
    """
    rated = labelled(panel)
    if len(rated) < LEAST_PICTURES:
        raise DataSetError(
            f"{panel.name} has {len(rated)} pictures with AADB attributes; "
            f"{LEAST_PICTURES} are needed"
        )
    measured = {picture.key: measure_picture(picture) for picture in panel.pictures}
    known = list(measured.values())
    pairs = [(measured[picture.key], _labels(picture)) for picture in rated]
    return tuple(
        _evidence_of(item.key, pairs, reference=references(known, item.key), resamples=resamples)
        for item in MEASURES
    )


def labelled(panel: Panel) -> list[VotedPicture]:
    """The pictures that carry at least one label to compare a formula with."""
    return [picture for picture in panel.pictures if _labels(picture)]


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
    if len(values) > MOST_REFERENCES:
        values = np.percentile(values, np.arange(MOST_REFERENCES)).tolist()
    return tuple(round(value, 6) for value in values)


def section(rows: Sequence[MeasuredFacts], *, source: str) -> str:
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
    return {key: given[COLUMNS[key]] for key in _LABELS if COLUMNS[key] in given}


def _evidence_of(
    key: str,
    pairs: Sequence[tuple[Measurement, Mapping[str, float]]],
    *,
    reference: tuple[float, ...],
    resamples: int,
) -> MeasuredFacts:
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
    return MeasuredFacts(
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


def _line(row: MeasuredFacts) -> list[str]:
    if row.srcc is None:
        return [row.key, row.formula, "none", "", "", "fact"]
    shown = "judgement" if row.judgement else "fact"
    return [row.key, row.formula, row.against, str(row.n), with_interval(row.srcc), shown]
