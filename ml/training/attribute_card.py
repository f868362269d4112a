"""Write down what an attribute model learned, how well, and how far to trust each number."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

import numpy as np

from ml.contracts.attributes_card import (
    ATTRIBUTES_KIND,
    ATTRIBUTES_SCHEMA,
    HELD_OUT,
    MOST_REFERENCES,
    MeasuredFacts,
)
from ml.contracts.config import Estimate
from ml.data.samples import Panel
from ml.evaluation.metrics import Array
from ml.models.attribute_mapper import AttributeMapper
from ml.models.lite import VARIANTS
from ml.training.attribute_awcu import ClassMeasure
from ml.training.attribute_config import AttributeConfig
from ml.training.attribute_measure import HeadMeasure
from ml.training.card import SOURCES, backbone_facts
from ml.training.learned_pictures import COMPLETE, LEARNED, prefixes_of_head

GOLDEN_SEED = 21
GOLDEN_SIDE = 256
GOLDEN_TOLERANCE = 0.002
STANDINGS = ("Not shown to rank pictures beyond chance:", "No better than their baseline:")
_DIGITS = 4

_NOTES = (
    (
        "srcc: on pictures that the head never saw, 95 % bootstrap interval over pictures; by "
        "protocol on the held-out split, or the mean of repeated cross-validations where labels "
        "are few. Penalties are chosen within the learned pictures each time."
    ),
    "shown: the lower end of that interval is above 0. A head that fails is kept, not shown.",
    (
        "baseline: the better, on the same pictures, of ridge on 12 colour statistics and the "
        "single formula that ranked the learned pictures best. A constant ranks nothing: 0."
    ),
    (
        "ceiling: the correlation that the noise of the ratings allows any model; null where only "
        "means of ratings are published and the noise cannot be told."
    ),
    "awcu: SRCC of the linear head on the top map alone, which the attribute maps draw.",
    "golden: the tolerance is a share of each head's range.",
)
_LIMITS = (
    "An attribute is what the named crowd said of its pictures; other crowds will disagree.",
    "It sees the whole picture squeezed to a square: proportions and fine detail are lost.",
    "Learned from photos only; paintings, drawings and renderings are untested.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """Everything a card tells.

    ``values``: (n, K) for percentiles, by heads that did not learn from these pictures.
    ``side_quality``: what each input side reached within training pictures.
    """

    network: AttributeMapper
    side: int
    side_quality: Mapping[int, float]
    heads: tuple[HeadMeasure, ...]
    classes: ClassMeasure
    measured: tuple[MeasuredFacts, ...]
    values: Array
    golden: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a head came out. ``outdone``: its baseline ranks the same pictures as well or better."""

    key: str
    shown: bool
    outdone: bool


def standing_notes(heads: Sequence[Standing]) -> list[str]:
    """What a card says of the heads that came out badly: each note begins as ``STANDINGS``."""
    failed = [head.key for head in heads if not head.shown]
    outdone = [head.key for head in heads if head.shown and head.outdone]
    found = zip(STANDINGS, (failed, outdone), strict=True)
    return [f"{words} {', '.join(keys)}." for words, keys in found if keys]


def attributes_card(
    learned: Learned,
    config: AttributeConfig,
    panels: Sequence[Panel],
    *,
    version: str,
    created_at: str,
    weights: bytes,
) -> dict[str, object]:
    """The whole card as JSON-ready values."""
    return {
        "schema": ATTRIBUTES_SCHEMA,
        "kind": ATTRIBUTES_KIND,
        "version": version,
        "created_at": created_at,
        "licence": "Apache-2.0 for the weights; see data for what they learned from",
        "architecture": _architecture(learned, config),
        "weights": {
            "file": f"{version}.safetensors",
            "sha256": sha256(weights).hexdigest(),
            "bytes": len(weights),
        },
        "data": [_data(panel) for panel in panels],
        "training": {**asdict(config), "side_quality": _side_quality(learned)},
        "heads": [
            _head(head, learned.values[:, at], panels) for at, head in enumerate(learned.heads)
        ],
        "classes": asdict(learned.classes),
        "measured": [_measured(row) for row in learned.measured],
        "golden": _golden(learned.golden),
        "limits": [*_LIMITS, *_head_limits(learned.heads)],
        "notes": [*_NOTES, *_findings(learned)],
    }


def _architecture(learned: Learned, config: AttributeConfig) -> dict[str, object]:
    return {
        "name": config.architecture,
        "input_side": learned.side,
        "features": learned.network.feature_count,
        "options": {
            "backbone": config.backbone,
            "heads": [asdict(head) for head in learned.network.heads],
        },
        "backbones": [backbone_facts(config.backbone)] if config.backbone in VARIANTS else [],
    }


def _data(panel: Panel) -> dict[str, object]:
    return {
        "name": panel.name,
        **SOURCES.get(panel.name, {}),
        "count": len(panel.pictures),
        "scale_steps": panel.steps,
    }


def _head(head: HeadMeasure, values: Array, panels: Sequence[Panel]) -> dict[str, object]:
    labels = head.labels
    tested = {row for split in labels.rounds[0] for row in split.test.tolist()}
    return {
        "key": labels.spec.key,
        "n": labels.count,
        "learned_from": len(labels.taught),
        "tested_on": len(tested),
        "protocol": HELD_OUT if labels.held_out else "repeated cross-validation",
        "penalty": head.penalty,
        "raters": labels.raters,
        "crowd": labels.crowd,
        "srcc": estimate_of(head.srcc),
        "awcu": estimate_of(head.awcu_srcc),
        "baseline": {"name": head.baseline, "srcc": figure_of(head.baseline_srcc)},
        "ceiling": None if head.ceiling is None else figure_of(head.ceiling),
        "shown": head.shown,
        "reference": percentiles_of(values),
        LEARNED: prefixes_of_head(labels, panels),
        COMPLETE: True,
    }


def _measured(row: MeasuredFacts) -> dict[str, object]:
    return {
        "key": row.key,
        "formula": row.formula,
        "against": row.against,
        "n": row.n,
        "srcc": None if row.srcc is None else estimate_of(row.srcc),
        "judgement": row.judgement,
        "reference": [figure_of(value) for value in row.reference],
    }


def _side_quality(learned: Learned) -> dict[str, float]:
    return {str(side): figure_of(quality) for side, quality in learned.side_quality.items()}


def _golden(values: Mapping[str, float]) -> dict[str, object]:
    return {
        "seed": GOLDEN_SEED,
        "side": GOLDEN_SIDE,
        "values": {key: round(value, 6) for key, value in values.items()},
        "tolerance": GOLDEN_TOLERANCE,
    }


def _findings(learned: Learned) -> list[str]:
    """What the run found out, in sentences."""
    found = learned.classes
    standings = [
        Standing(head.labels.spec.key, head.shown, head.baseline_srcc >= head.srcc.value)
        for head in learned.heads
    ]
    lines = [
        (
            f"Aesthetic class at a mean of {found.threshold:g}, {found.count} pictures: "
            f"{_percent(found.plain)} right without sample weights, {_percent(found.weighted)} "
            f"with them (difference {_percent(found.gain)}), {found.majority:.1%} by always naming "
            f"the commoner class. The finished head has gamma {found.chosen:g}, chosen in training."
        ),
        (
            f"Of the sides {', '.join(map(str, learned.side_quality))} the heads look at "
            f"{learned.side}: the better SRCC in folds of the training pictures."
        ),
    ]
    return [*lines, *standing_notes(standings)]


def _head_limits(heads: Sequence[HeadMeasure]) -> list[str]:
    few = [head for head in heads if not head.labels.held_out]
    if not few:
        return []
    most = max(head.labels.count for head in few)
    return [
        (
            f"{len(few)} heads learned from {most} pictures or fewer: their intervals are wide, "
            "and cross-validated figures are of heads that learned from fewer still."
        )
    ]


def percentiles_of(values: Array) -> list[float]:
    """(n,) values as the reference of a head."""
    points = np.quantile(values, np.linspace(0, 1, MOST_REFERENCES))
    return [figure_of(point) for point in points.tolist()]


def estimate_of(figure: Estimate) -> dict[str, float]:
    """As cards have it."""
    return {name: figure_of(value) for name, value in asdict(figure).items()}


def figure_of(value: float) -> float:
    """Rounded as in cards."""
    return round(float(value), _DIGITS)


def _percent(figure: Estimate) -> str:
    return f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"
