"""Tiny models with their cards, as the product's own weights lie in ml/weights."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from ml.contracts.card import file_digest, parse_card
from ml.inference.attributes import golden_values
from ml.inference.golden import golden_picture
from ml.inference.scoring import LoadedScorer
from ml.models.registry import create

GOLDEN = {"seed": 3, "side": 48, "tolerance": 1e-3}


HEADS = [
    {"key": "overall", "low": 1.0, "high": 10.0},
    {"key": "light", "low": -1.0, "high": 1.0},
    {"key": "symmetry", "low": 0.0, "high": 1.0},
]


def write_tiny_second(folder: Path, *, name: str = "second-tiny-1") -> Path:
    """A second scorer for the coach."""
    return write_tiny_scorer(folder, name=name, seed=7, kind="second-score")


def write_tiny_scorer(
    folder: Path, *, name: str = "scorer-tiny-1", seed: int = 1, kind: str = "score"
) -> Path:
    """Write NAME.safetensors and NAME.json; returns the path of the card."""
    options = {"backbones": ["tiny"], "panels": ["all"], "rank": 4, "support": 6}
    network = create("scorer", pretrained=True, **options)
    generator = torch.Generator().manual_seed(seed)
    for matrix in ("directions", "known", "pull"):
        buffer = network.head.get_buffer(matrix)
        buffer.copy_(torch.randn(buffer.shape, generator=generator) * 0.05)
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{name}.safetensors"
    save_file(network.head.state_dict(), weights)
    document = {
        "schema": 2,
        "kind": kind,
        "version": name,
        "architecture": {"name": "scorer", "options": options, "input_side": 32},
        "panel": "all",
        "weights": {"sha256": file_digest(weights)},
        "interval": {"half_width_per_sd": 0.2},
        "reference": [4.0, 5.0, 6.0],
        "golden": {**GOLDEN, "distribution": [0.1] * 10},
    }
    loaded = LoadedScorer(network, parse_card(document), device=torch.device("cpu"))
    picture = golden_picture(seed=GOLDEN["seed"], side=GOLDEN["side"])
    document["golden"]["distribution"] = list(loaded.predict_batch([picture])[0].distribution)
    card = folder / f"{name}.json"
    card.write_text(json.dumps(document))
    return card


def write_tiny_attributes(
    folder: Path, *, name: str = "attributes-tiny-1", seed: int = 1, **changes: object
) -> Path:
    """Heads for overall, light and symmetry, the last not proven; returns the path of the card."""
    options = {"backbone": "tiny", "heads": HEADS}
    network = create("attribute-mapper", pretrained=True, **options).eval()
    generator = torch.Generator().manual_seed(seed)
    for matrix in network.taught.state_dict().values():
        matrix.copy_(torch.randn(matrix.shape, generator=generator))
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{name}.safetensors"
    save_file(network.taught.state_dict(), weights)
    values = golden_values(network, seed=3, side=48, input_side=32)
    card = folder / f"{name}.json"
    document = attributes_document(name, file_digest(weights), options, values)
    card.write_text(json.dumps({**document, **changes}))
    return card


def attributes_document(
    name: str, digest: str, options: dict[str, object], values: dict[str, float]
) -> dict[str, object]:
    """A card that tells of those heads, of one formula and of one kind of map."""
    proven, chance = ({"value": 0.5 - by, "low": 0.3 - by, "high": 0.6 - by} for by in (0, 0.45))
    around = {"value": 0.2, "low": 0.1, "high": 0.3}
    beside = {f"deletion{end}": around for end in ("", "_random", "_centre")}
    none = {"insertion": None, "pointing": None}
    return {
        "schema": 1,
        "kind": "attributes",
        "version": name,
        "created_at": "2026-11-21",
        "licence": "Apache-2.0",
        "architecture": {"name": "attribute-mapper", "input_side": 32, "options": options},
        "weights": {"file": f"{name}.safetensors", "sha256": digest, "bytes": 1},
        "data": [{"name": "tiles", "title": "Small tiles", "licence": "CC0", "count": 145}],
        "heads": [
            {
                "key": head["key"], "n": 145, "raters": 5, "crowd": "small tiles",
                "srcc": chance if head["key"] == "symmetry" else proven,
                "baseline": {"name": "ridge", "srcc": 0.31}, "ceiling": None,
                "shown": head["key"] != "symmetry", "reference": [head["low"], head["high"]],
            }
            for head in HEADS
        ],
        "measured": [
            {"key": "colorfulness", "formula": "How far colours lie from grey", "against": "",
             "n": 0, "srcc": None, "judgement": False, "reference": [0.0, 0.5, 1.0]},
            {"key": "brightness", "formula": "Mean lightness", "against": "light", "n": 145,
             "srcc": proven, "judgement": True, "reference": []},
        ],
        "maps": [
            {"kind": "merge", "title": "All layers", "explains": "one attribute", **beside,
             **none, "milliseconds": 12.0, "verdict": "beats both"}
        ],
        "golden": {"seed": 3, "side": 48, "values": values, "tolerance": 1e-3},
        "limits": ["Five raters a picture."],
        "notes": ["Tiny."],
    }  # fmt: skip
