"""A tiny scorer with its card, as the product's own weights lie in ml/weights."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from ml.contracts.card import file_digest, parse_card
from ml.inference.golden import golden_picture
from ml.inference.scoring import LoadedScorer
from ml.models.registry import create

GOLDEN = {"seed": 3, "side": 48, "tolerance": 1e-3}


def write_tiny_scorer(folder: Path, *, name: str = "scorer-tiny-1", seed: int = 1) -> Path:
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
        "kind": "score",
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
