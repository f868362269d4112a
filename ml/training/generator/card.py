"""Write down what a generator makes, from how little, and how far it obeys."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
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
from ml.evaluation.generation import NEAR, CategoryFigures, Figures, Ground
from ml.inference.generation import golden_colours
from ml.models.pfagan.generator import Generator
from ml.training.card import SOURCES
from ml.training.generator.material import Material
from ml.training.generator.outcome import Outcome
from ml.training.learned_pictures import LEARNED, PREFIX
from ml.training.run import Destination

ARCHITECTURE = "pfagan"
GOLDEN_SEEDS = (1, 2, 3)
GOLDEN_TOLERANCE = 1.0  # of 255: other machines round otherwise
_NO_PATENT = (
    "Conditioned by FiLM, this generator does not use the mixed-conditional batch normalisation "
    "of US patent 12,141,700."
)
_SHIPPED_LICENCE = "Apache-2.0 for the weights; see data for what they learned from"
_NOTES = (
    "measures: by judges that learned from pictures which the generator never met.",
    (
        "golden: mean red, green and blue of samples of the first category in the middle of the "
        "dial; the tolerance is absolute, of 255."
    ),
)
_DIGITS = 4

Document = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A generator that has learned, and everything that its card tells of it.

    ``weights``: the bytes of its file. ``data``: what the pictures came from, with licences.
    """

    outcome: Outcome
    network: Generator
    material: Material
    figures: Figures
    ground: Ground
    weights: bytes
    data: Sequence[Mapping[str, object]]

    @property
    def dial(self) -> DialRange:
        return DialRange(*(round(end, _DIGITS) for end in self.ground.dial))


def ship(finished: Finished, *, destination: Destination) -> tuple[Path, Path]:
    """Write the weights with their card; returns both paths."""
    card = card_of(
        finished,
        version=destination.version,
        created_at=destination.created_at,
        licence=_SHIPPED_LICENCE,
    )
    parse_generator_card(card)
    paths = [destination.folder / f"{destination.version}.{end}" for end in ("safetensors", "json")]
    replace_file(paths[0], finished.weights)
    replace_file(paths[1], (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
    return paths[0], paths[1]


def shipped_sources(names: Iterable[str]) -> list[dict[str, object]]:
    """What is known of data sets that have a name here."""
    return [{"name": name, **SOURCES.get(name, {})} for name in names]


def card_of(
    finished: Finished, *, version: str, created_at: str, licence: str, file: str = ""
) -> Document:
    """The card. ``file``: what its weights are called, without their ending, if not ``version``."""
    outcome, figures, ground = finished.outcome, finished.figures, finished.ground
    material = finished.material
    mixed = outcome.conditioning is Conditioning.MIXED
    return {
        "schema": GENERATOR_SCHEMA,
        "kind": GENERATOR_KIND,
        "version": version,
        "created_at": created_at,
        "licence": licence,
        "patent": PATENT if mixed else _NO_PATENT,
        "architecture": _architecture(outcome, finished.network),
        "weights": _weights(finished.weights, file=f"{file or version}.safetensors"),
        "data": list(finished.data),
        "categories": [asdict(each) for each in material.categories()],
        "dial": asdict(finished.dial),
        "features": f"{ground.space}, {ground.components} principal components",
        "golden": _golden(finished),
        "training": _training(outcome, ground),
        "measures": _measures(figures, ground),
        "outcomes": [_outcome(each) for each in figures.by_category],
        LEARNED: sorted({material.squares.digests[row][:PREFIX] for row in material.learned}),
        "limits": _limits(figures, ground),
        "notes": list(_NOTES),
    }


def _weights(content: bytes, *, file: str) -> Document:
    return {"file": file, "sha256": sha256(content).hexdigest(), "bytes": len(content)}


def _architecture(outcome: Outcome, network: Generator) -> Document:
    config = outcome.config
    return {
        "name": ARCHITECTURE,
        "size": config["size"],
        "latent": config["latent"],
        "conditioning": outcome.conditioning.value,
        "options": {
            **{name: config[name] for name in ("size", "width", "latent", "conditioning")},
            "categories": network.categories,
        },
    }


def _golden(finished: Finished) -> Document:
    colours = golden_colours(finished.network, finished.dial, GOLDEN_SEEDS)
    return {
        "seeds": list(GOLDEN_SEEDS),
        "colours": [[round(value, _DIGITS) for value in colour] for colour in colours],
        "tolerance": GOLDEN_TOLERANCE,
    }


def _training(outcome: Outcome, ground: Ground) -> Document:
    return {
        **outcome.config,
        "pictures": ground.learned,
        "updates": outcome.updates,
        "images": outcome.images,
        "wall_time_s": outcome.wall_time_s,
        "machine": outcome.machine,
    }


def _measures(figures: Figures, ground: Ground) -> list[Document]:
    dial, near = figures.dial, figures.likeness
    one_answer = Estimate(dial.majority, dial.majority, dial.majority)
    usual = Estimate(NEAR / 100, NEAR / 100, NEAR / 100)
    rows: list[tuple[str, Estimate, int, str, Estimate | None]] = [
        ("SRCC of mean asked and judged", dial.obeyed, dial.samples, "shuffled conditions",
         dial.shuffled),
        ("share of samples whose category is recognised", dial.recognised, dial.samples,
         "one answer to all", one_answer),
        ("KID to held-out pictures", near.kid, near.samples,
         "real pictures that were learned from", near.kid_real),
        ("share nearer to a learned picture than 95 % of held-out pictures",
         near.memories.share, near.samples, "held-out pictures", usual),
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


def _outcome(row: CategoryFigures) -> Document:
    """As ``CategoryOutcome`` of the contract."""
    return {
        "key": row.key,
        "obeyed": _rounded(row.obeyed),
        "recognised": _rounded(row.recognised),
        "mistaken": _rounded(row.mistaken),
        "samples": row.samples,
        "kid": None if row.kid is None else round(row.kid, _DIGITS),
        "near": None if row.near is None else _rounded(row.near),
        "spread": round(row.spread, _DIGITS),
        "spread_real": round(row.spread_real, _DIGITS),
    }


def _rounded(estimate: Estimate) -> Mapping[str, float]:
    return {name: round(value, _DIGITS) for name, value in asdict(estimate).items()}


def _limits(figures: Figures, ground: Ground) -> list[str]:
    low, high, _ = ground.dial
    return [
        (
            f"It learned from {ground.learned:,} pictures only; in all {figures.learning.images:,} "
            "were shown to it. Expect colours and textures of a category rather than things one "
            "can name."
        ),
        f"The dial was learned from means of {low:.1f} to {high:.1f}; beyond them it extrapolates.",
        "The judge is a model, too: a high judged mean is no proof that people would agree.",
        f"Samples have {ground.side} pixels a side.",
    ]
