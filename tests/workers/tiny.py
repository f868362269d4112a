"""Tiny models with their cards, as the product's own weights lie in ml/weights."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file

from ml.contracts.card import file_digest, parse_card
from ml.contracts.crops import Mix
from ml.contracts.generator_card import parse_generator_card
from ml.crop.regions import REGIONS
from ml.inference.attributes import golden_values
from ml.inference.cropping import golden_scores
from ml.inference.generation import golden_colours
from ml.inference.golden import golden_picture
from ml.inference.scoring import LoadedScorer
from ml.models.registry import create
from tests.workers.cards import HEADS, attributes_document, generator_document

GOLDEN = {"seed": 3, "side": 48, "tolerance": 1e-3}


def write_tiny_second(folder: Path, *, name: str = "second-tiny-1") -> Path:
    """A second scorer for the coach."""
    return write_tiny_scorer(folder, name=name, seed=7, kind="second-score")


def write_tiny_scorer(
    folder: Path,
    *,
    name: str = "scorer-tiny-1",
    seed: int = 1,
    kind: str = "score",
    support: int = 6,
) -> Path:
    """Write NAME.safetensors and NAME.json; returns the path of the card."""
    options = {"backbones": ["tiny"], "panels": ["all"], "rank": 4, "support": support}
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


def write_tiny_cropper(folder: Path, *, name: str = "cropper-tiny-1") -> Path:
    """A cropper on the tiny backbone; returns the path of the card."""
    options = {"backbone": "tiny", "stages": [0], "width": 4, "regions": REGIONS, "side": 8}
    network = create("cropper", pretrained=True, **options).eval()
    generator = torch.Generator().manual_seed(5)
    for matrix in network.taught.state_dict().values():
        matrix.copy_(torch.randn(matrix.shape, generator=generator))
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{name}.safetensors"
    save_file(network.taught.state_dict(), weights)
    document = {
        "schema": 1,
        "kind": "cropper",
        "version": name,
        "created_at": "2026-11-21",
        "licence": "Apache-2.0",
        "architecture": {"name": "cropper", "options": options, "input_side": 32},
        "weights": {"sha256": file_digest(weights)},
        "mix": asdict(Mix()),
        "golden": {
            **GOLDEN, "scores": list(golden_scores(network, seed=3, side=48, input_side=32))
        },
    }  # fmt: skip
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


def write_tiny_generator(folder: Path, *, name: str = "generator-tiny-1", seed: int = 1) -> Path:
    """A generator of 32 pixels that learned nothing; returns the path of the card."""
    torch.manual_seed(seed)
    options = {"size": 32, "width": 2, "latent": 8, "categories": 2, "conditioning": "film"}
    network = create("pfagan", pretrained=True, **options).eval()
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{name}.safetensors"
    save_file(network.state_dict(), weights)
    fields = {"name": name, "digest": file_digest(weights), "options": options}
    draft = parse_generator_card(generator_document(**fields, colours=[[0.0] * 3]))
    colours = [list(each) for each in golden_colours(network, draft.dial, [1])]
    card = folder / f"{name}.json"
    card.write_text(json.dumps(generator_document(**fields, colours=colours)))
    return card
