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
    network = create("tiny-scorer", pretrained=True, panels=["all"])
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.heads.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.05)
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{name}.safetensors"
    save_file(network.heads.state_dict(prefix="heads."), weights)
    document = {
        "schema": 1,
        "kind": "score",
        "version": name,
        "architecture": {"name": "tiny-scorer", "options": {"panels": ["all"]}, "input_side": 32},
        "panel": "all",
        "weights": {"sha256": file_digest(weights)},
        "interval": {"half_width": 0.5},
        "golden": {**GOLDEN, "distribution": [0.1] * 10},
    }
    loaded = LoadedScorer(network, parse_card(document), device=torch.device("cpu"))
    picture = golden_picture(seed=GOLDEN["seed"], side=GOLDEN["side"])
    document["golden"]["distribution"] = list(loaded.predict_batch([picture])[0].distribution)
    card = folder / f"{name}.json"
    card.write_text(json.dumps(document))
    return card
