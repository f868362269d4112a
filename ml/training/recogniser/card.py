"""Write down what a recogniser is, what it learned from, and where it must not be trusted."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from safetensors.torch import save

from ml.contracts.card import LEARNED_DIGITS
from ml.contracts.config import Estimate
from ml.contracts.files import replace_file
from ml.contracts.objects import NONE_LABEL
from ml.contracts.recogniser_card import (
    RECOGNISER_KIND,
    RECOGNISER_SCHEMA,
    ClassFigures,
    RecogniserFigure,
    parse_recogniser_card,
)
from ml.data.labelled_folders import FEW
from ml.inference.golden import golden_picture
from ml.inference.recognition import LoadedRecogniser, judged
from ml.models.lite import VARIANTS
from ml.models.recogniser import Recogniser
from ml.training.card import backbone_facts
from ml.training.recogniser.deciding import Deciding, confidences
from ml.training.recogniser.material import Material
from ml.training.recogniser.recipes import RecogniserConfig
from ml.training.recogniser.run import Taught
from ml.training.run import Destination

GOLDEN_SEED = 23
GOLDEN_SIDE = 256
GOLDEN_TOLERANCE = 0.02
_DIGITS = 4
_LIMITS = (
    (
        "Its labels are of photos: what it says of art is an extrapolation, measured on photos in "
        "other styles and on photos pasted on paintings, not on a collection that experts labelled."
    ),
    (
        "It was never shown a box: its boxes are where its evidence lies, often the most telling "
        "part of an object and not the whole of it."
    ),
    (
        "Whatever is no known class may be taken for one that looks like it; a class that was "
        "taught by modern makes is often missed in old ones."
    ),
)
_NOTES = (
    "f1 by class: of the shipped weights on test photos, whole pictures.",
    (
        "deciding: scale and shift by likelihood, the threshold by macro-F1, both on check photos; "
        "box_level and box_threshold by the overlap and the F1 of boxes on check composites."
    ),
    "golden: the tolerance is absolute, of each confidence.",
)

Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of the shipped weights, and of all recipes."""

    by_class: Sequence[ClassFigures] = ()
    recipes: Sequence[RecogniserFigure] = ()


def recogniser_card(
    one: Taught,
    network: Recogniser,
    material: Material,
    config: RecogniserConfig,
    *,
    domain: str,
    destination: Destination,
    box_level: float,
    box_threshold: float,
    figures: Figures,
) -> Document:
    """The whole card as JSON-ready values."""
    weights = packed(network)
    return {
        "schema": RECOGNISER_SCHEMA,
        "kind": RECOGNISER_KIND,
        "version": destination.version,
        "created_at": destination.created_at,
        "licence": "Apache-2.0 for the weights; see data for what they learned from",
        "domain": domain,
        "architecture": {
            "name": "recogniser",
            "input_side": config.input_side,
            "options": {"backbone": config.backbone, "classes": len(material.data.classes)},
            "backbones": [backbone_facts(config.backbone)] if config.backbone in VARIANTS else [],
        },
        "weights": {
            "file": f"{destination.version}.safetensors",
            "sha256": sha256(weights).hexdigest(),
            "bytes": len(weights),
        },
        "classes": list(material.data.classes),
        "deciding": {
            **_rounded(one.deciding),
            "box_level": box_level,
            "box_threshold": box_threshold,
        },
        "data": _data(material),
        "training": {"way": str(one.way), **asdict(config), "seed": one.seed},
        "golden": {
            "seed": GOLDEN_SEED,
            "side": GOLDEN_SIDE,
            "confidences": _golden(network, one.deciding, config),
            "tolerance": GOLDEN_TOLERANCE,
        },
        "by_class": [asdict(row) for row in figures.by_class],
        "figures": [asdict(row) for row in figures.recipes],
        "learned": sorted(
            {picture.fingerprint.digest[:LEARNED_DIGITS] for picture in material.learned}
        ),
        "limits": [*_LIMITS, *_few(material)],
        "notes": list(_NOTES),
    }


def packed(network: Recogniser) -> bytes:
    """What is taught, in half precision, as a safetensors file."""
    state = network.taught.state_dict()
    return save({name: value.half().contiguous() for name, value in state.items()})


def ship(
    network: Recogniser, card: Mapping[str, object], destination: Destination
) -> tuple[Path, Path]:
    """Write weights, then the card. Raises CardError for one that no reader would take."""
    parse_recogniser_card(dict(card))
    stem = destination.folder / destination.version
    paths = stem.with_suffix(".safetensors"), stem.with_suffix(".json")
    replace_file(paths[0], packed(network))
    replace_file(paths[1], f"{json.dumps(card, indent=2, ensure_ascii=False)}\n".encode())
    return paths


def opened(network: Recogniser, card: Mapping[str, object]) -> LoadedRecogniser:
    """As whoever reads the shipped files will have it. Raises CardError."""
    return LoadedRecogniser(network, parse_recogniser_card(dict(card)))


def figure_row(recipe: str, pictures: str, figure: str, value: Estimate) -> RecogniserFigure:
    """A figure of the card, rounded."""
    ends = (round(end, _DIGITS) for end in (value.value, value.low, value.high))
    return RecogniserFigure(recipe, pictures, figure, Estimate(*ends))


def _rounded(deciding: Deciding) -> dict[str, float]:
    return {name: round(value, 6) for name, value in asdict(deciding).items()}


def _golden(network: Recogniser, deciding: Deciding, config: RecogniserConfig) -> list[float]:
    picture = golden_picture(seed=GOLDEN_SEED, side=GOLDEN_SIDE)
    logits = judged(network, [picture], side=config.input_side)
    sure = confidences(logits.astype(float), deciding.scale, deciding.shift)[0]
    return [round(float(value), 6) for value in sure]


def _data(material: Material) -> Document:
    cleaned = material.data.cleaned
    counts = Counter(label for one in material.learned for label in one.labels)
    return {
        "pictures": cleaned.seen,
        "unusable": len(cleaned.faults),
        "near_duplicates_left_out": cleaned.removed,
        "learned_from": len(material.learned),
        "of_none": counts[NONE_LABEL],
        "in_styles": len(material.lesson.styled_rows),
        "paintings_without_labels": material.paintings[0],
        "sources": [
            "photos of instruments in class folders, stated to be CC0",
            "OASIS photos as none of the classes, CC BY-SA 4.0",
            "paintings of the public domain: styles, and unlabelled pictures of the other domain",
        ],
    }


def _few(material: Material) -> list[str]:
    return [
        f"Only {count} pictures of {name}, fewer than {FEW}, were there to learn and test by."
        for name, count in material.data.cleaned.few
    ]
