"""The run folder: architecture, weights, history, plots, recipe and a card that a person can read.

===================  ============================================================================
recipe.json          every choice, resolved
architecture.txt     the network as PyTorch prints it
architecture.json    name, parts, parameter counts and tensor shapes
weights.safetensors  the network's tensors, backbone included
history.csv, .json   one line an epoch
loss.svg, srcc.svg   the same as plots, phases marked
card.json            what was trained on what, for how long, how well, beside the baselines
===================  ============================================================================
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path

from ml.contracts.config import EvalReport
from ml.contracts.files import replace_file
from ml.models.checkpoints import pack_network
from ml.plots.training import loss_curve, srcc_curve
from ml.training.fit import Fitted
from ml.training.progress import EpochRecord

WEIGHTS = "weights.safetensors"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a card says that the fit itself does not know. ``reports``: model and baselines."""

    panel: str
    pictures: int
    scale_steps: int
    test: int
    split_seed: int
    created_at: str
    reports: Mapping[str, EvalReport]


def write_artefacts(folder: Path, fitted: Fitted, facts: RunFacts) -> tuple[Path, ...]:
    """Write every file of the run, the card last. Returns their paths. Raises NotFiniteError."""
    weights = pack_network(fitted.network, architecture=fitted.network.architecture)
    history = fitted.history
    phases = [record.phase for record in history]
    contents = {
        "recipe.json": fitted.recipe.to_json().encode(),
        "architecture.txt": f"{fitted.network}\n".encode(),
        "architecture.json": _json(_architecture(fitted)),
        WEIGHTS: weights,
        "history.csv": _table(history).encode(),
        "history.json": _json([asdict(record) for record in history]),
        "loss.svg": loss_curve(
            phases, [record.loss for record in history], [record.emd_r2 for record in history]
        ).encode(),
        "srcc.svg": srcc_curve(phases, [record.srcc for record in history]).encode(),
        "card.json": _json(_card(fitted, facts, digest=sha256(weights).hexdigest())),
    }
    for name, content in contents.items():
        replace_file(folder / name, content)
    return tuple(folder / name for name in contents)


def _architecture(fitted: Fitted) -> dict[str, object]:
    network = fitted.network
    head = sum(value.numel() for value in network.head_parameters())
    backbone = sum(value.numel() for value in network.backbone_parameters())
    return {
        "name": "nima",
        "backbone": network.backbone.name,
        "backbone_sha256": network.backbone.digest,
        "pooling": str(network.pooling_kind),
        "features": network.feature_count,
        "input_side": fitted.recipe.input_side,
        "parameters": {"backbone": backbone, "head": head},
        "tensors": {name: list(value.shape) for name, value in network.state_dict().items()},
    }


def _card(fitted: Fitted, facts: RunFacts, *, digest: str) -> dict[str, object]:
    material = fitted.material
    return {
        "kind": "fit",
        "created_at": facts.created_at,
        "recipe": json.loads(fitted.recipe.to_json()),
        "weights": {"file": WEIGHTS, "sha256": digest},
        "data": {
            "panel": facts.panel,
            "scale_steps": facts.scale_steps,
            "pictures": facts.pictures,
            "trained_on": len(material.train),
            "before_under_sampling": len(material.natural),
            "validation": len(material.validation),
            "test": facts.test,
            "split_seed": facts.split_seed,
        },
        "prior_shift": None if fitted.shift is None else list(fitted.shift.ratio),
        "seconds": round(fitted.seconds, 3),
        "epochs": len(fitted.history),
        "metrics": {name: asdict(report) for name, report in facts.reports.items()},
        "notes": [
            "metrics are of test pictures that neither training nor validation has seen",
            "EMD = (1/10 sum |CDF_p - CDF_q|^r)^(1/r), mean over pictures; r in each name",
            "constant: the mean training distribution; ridge: on frozen features of all stages",
        ],
    }


def _table(history: tuple[EpochRecord, ...]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(EpochRecord)])
    writer.writeheader()
    writer.writerows(asdict(record) for record in history)
    return text.getvalue()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
