"""Write down what a generator makes, from how little, and how far it obeys."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from ml.contracts.config import Estimate
from ml.contracts.files import replace_file
from ml.contracts.generator_card import (
    GENERATOR_KIND,
    GENERATOR_SCHEMA,
    PATENT,
    Conditioning,
    DialRange,
    parse_generator_card,
)
from ml.evaluation.generation import Figures, Ground
from ml.inference.generation import golden_colours
from ml.models.pfagan.generator import Generator
from ml.training.card import SOURCES
from ml.training.generator.material import Material
from ml.training.generator.outcome import Outcome
from ml.training.generator.run import WEIGHTS
from ml.training.learned_pictures import PREFIX
from ml.training.run import Destination

ARCHITECTURE = "pfagan"
GOLDEN_SEEDS = (1, 2, 3)
GOLDEN_TOLERANCE = 1.0  # of 255: other machines round otherwise
_NO_PATENT = (
    "Conditioned by FiLM, this generator does not use the mixed-conditional batch normalisation "
    "of US patent 12,141,700."
)
_DIGITS = 4


def ship(
    outcome: Outcome,
    network: Generator,
    material: Material,
    figures: Figures,
    ground: Ground,
    *,
    destination: Destination,
) -> tuple[Path, Path]:
    """Write the weights of a run with their card; returns both paths."""
    weights = (outcome.folder / WEIGHTS).read_bytes()
    card = _card(outcome, network, material, figures, ground, destination, weights)
    parse_generator_card(card)
    paths = [destination.folder / f"{destination.version}.{end}" for end in ("safetensors", "json")]
    replace_file(paths[0], weights)
    replace_file(paths[1], (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
    return paths[0], paths[1]


def _card(
    outcome: Outcome,
    network: Generator,
    material: Material,
    figures: Figures,
    ground: Ground,
    destination: Destination,
    weights: bytes,
) -> dict[str, object]:
    config = outcome.config
    dial = DialRange(*(round(end, _DIGITS) for end in ground.dial))
    mixed = outcome.conditioning is Conditioning.MIXED
    return {
        "schema": GENERATOR_SCHEMA,
        "kind": GENERATOR_KIND,
        "version": destination.version,
        "created_at": destination.created_at,
        "licence": "Apache-2.0 for the weights; see data for what they learned from",
        "patent": PATENT if mixed else _NO_PATENT,
        "architecture": {
            "name": ARCHITECTURE,
            "size": config["size"],
            "latent": config["latent"],
            "conditioning": outcome.conditioning.value,
            "options": {
                **{name: config[name] for name in ("size", "width", "latent", "conditioning")},
                "categories": network.categories,
            },
        },
        "weights": {
            "file": f"{destination.version}.safetensors",
            "sha256": sha256(weights).hexdigest(),
            "bytes": len(weights),
        },
        "data": [{"name": name, **SOURCES.get(name, {})} for name in ground.data],
        "categories": [asdict(each) for each in material.categories()],
        "dial": asdict(dial),
        "features": f"{ground.space}, {ground.components} principal components",
        "golden": {
            "seeds": list(GOLDEN_SEEDS),
            "colours": [
                [round(value, _DIGITS) for value in colour]
                for colour in golden_colours(network, dial, GOLDEN_SEEDS)
            ],
            "tolerance": GOLDEN_TOLERANCE,
        },
        "training": {
            **config,
            "pictures": ground.learned,
            "updates": outcome.updates,
            "images": outcome.images,
            "wall_time_s": outcome.wall_time_s,
            "machine": outcome.machine,
        },
        "measures": _measures(figures, ground),
        "learned": sorted(material.squares.digests[row][:PREFIX] for row in material.learned),
        "limits": _limits(figures, ground),
        "notes": [
            "measures: by judges that learned from pictures which the generator never met.",
            (
                "golden: mean red, green and blue of samples of the first category in the middle "
                "of the dial; the tolerance is absolute, of 255."
            ),
        ],
    }


def _measures(figures: Figures, ground: Ground) -> list[dict[str, object]]:
    one_answer = Estimate(figures.majority, figures.majority, figures.majority)
    near = Estimate(0.05, 0.05, 0.05)
    rows: list[tuple[str, Estimate, int, str, Estimate | None]] = [
        ("SRCC of mean asked and judged", figures.obeyed, figures.sheet, "shuffled conditions",
         figures.shuffled),
        ("share of samples whose category is recognised", figures.recognised, figures.sheet,
         "one answer to all", one_answer),
        ("KID to held-out pictures", figures.kid, figures.samples,
         "real pictures that were learned from", figures.kid_real),
        ("share nearer to a learned picture than 95 % of held-out pictures",
         figures.memories.share, figures.samples, "held-out pictures", near),
        ("SRCC of the judge on real pictures", ground.judge, ground.learned, "", None),
    ]  # fmt: skip
    return [
        {
            "name": name,
            "value": _rounded(value),
            "samples": samples,
            **({} if baseline is None else {"against": against, "baseline": _rounded(baseline)}),
        }
        for name, value, samples, against, baseline in rows
    ]


def _rounded(estimate: Estimate) -> Mapping[str, float]:
    return {name: round(value, _DIGITS) for name, value in asdict(estimate).items()}


def _limits(figures: Figures, ground: Ground) -> list[str]:
    low, high, _ = ground.dial
    return [
        (
            f"It learned from {ground.learned} pictures only, {figures.images} times one was "
            "shown: expect colours and textures of a category rather than things one can name."
        ),
        f"The dial was learned from means of {low:.1f} to {high:.1f}; beyond them it extrapolates.",
        "The judge is a model, too: a high judged mean is no proof that people would agree.",
        f"Samples have {ground.side} pixels a side.",
    ]
