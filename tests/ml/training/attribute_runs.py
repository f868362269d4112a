"""Folders of runs about an attribute: bright pictures have much of it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from ml.contracts.manifest import Manifest, ManifestRow, read_manifest, write_manifest
from ml.contracts.retrain import RunRecipe, read_request, write_request
from ml.training.challenger.folder import RunFolder
from tests.ml.training.runs import write_run
from tests.workers.tiny import write_tiny_attributes

STEPS = 5


def write_attribute_run(
    path: Path, recipe: RunRecipe, *, target: str = "light", low: float = -1.0, high: float = 1.0
) -> RunFolder:
    """The pictures of ``write_run`` with answers on five steps, and the tiny attribute model."""
    folder = write_run(path, recipe, champion=False)
    write_tiny_attributes(path, name="champion")
    manifest = read_manifest(folder.manifest)
    rows = tuple(_asked(row, target, low, high) for row in manifest.rows)
    digest = write_manifest(folder.manifest, Manifest("snapshot", STEPS, rows))
    request = replace(
        read_request(folder.request),
        version="attributes-new",
        target=target,
        low=low,
        high=high,
        snapshot=digest,
    )
    write_request(folder.request, request)
    return folder


def name_learned(card: Path, key: str, digests: list[str]) -> None:
    """Let the card say that the head of ``key`` learned from these."""
    document = json.loads(card.read_text())
    (head,) = [each for each in document["heads"] if each["key"] == key]
    head["learned"] = digests
    card.write_text(json.dumps(document))


def _asked(row: ManifestRow, target: str, low: float, high: float) -> ManifestRow:
    """Ten votes on the overall scale become as many answers."""
    counts = tuple(np.array(row.counts).reshape(STEPS, 2).sum(axis=1).tolist())
    middle = sum(step * count for step, count in enumerate(counts)) / sum(counts)
    value = low + (high - low) * middle / (STEPS - 1)
    return replace(row, counts=counts, attributes={target: round(value, 6)})
