"""Write down what a cropper is, what it learned from, and where it must not be trusted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from ml.contracts.card import file_digest
from ml.contracts.cropper_card import CROPPER_KIND, CROPPER_SCHEMA, HeadFigures
from ml.contracts.crops import Mix
from ml.evaluation.cropping_pictures import Art, CropPicture, CropPictures
from ml.evaluation.cropping_scenes import HELD_OUT
from ml.models.lite import VARIANTS
from ml.training.card import SOURCES, backbone_facts
from ml.training.crop_fit import CropConfig
from ml.training.run import Destination

GOLDEN_SEED = 22
GOLDEN_SIDE = 256
GOLDEN_TOLERANCE = 0.02
_DIGITS = 4

_LIMITS = (
    (
        "It learned to find whole, well-composed pictures inside made-up surroundings; no person "
        "ever said which crop of a real picture is best, so its rank among the crops of an "
        "untouched picture is an extrapolation."
    ),
    "It sees the whole picture squeezed to a square: proportions and fine detail are lost.",
    "What a picture means is unknown to it: it may leave out what the picture is about.",
)
_NOTES = (
    (
        "mix: fitted on validation scenes by the overlap of the chosen crop with the planted "
        "picture, the view's weight being 1. The weight of the focal point is set by hand: it is "
        "the asker's wish. So is that of cuts, as few scenes hold faces."
    ),
    "view: scaled so that views of one scene spread by 1 on average.",
    "golden: the tolerance is absolute; scores of four views, then the mean energy.",
)


@dataclass(frozen=True, slots=True)
class LearnedCropper:
    """What a run found. ``validated``: mean overlap that the mix reaches on validation scenes.

    ``heads``: the shipped head, and others that were tried, on such scenes.
    """

    mix: Mix
    validated: float
    scenes: int
    heads: Sequence[HeadFigures]
    golden: Sequence[float]


def cropper_card(
    learned: LearnedCropper,
    config: CropConfig,
    pictures: CropPictures,
    *,
    destination: Destination,
    attributes: Path,
    weights: bytes,
) -> dict[str, object]:
    """The whole card as JSON-ready values."""
    return {
        "schema": CROPPER_SCHEMA,
        "kind": CROPPER_KIND,
        "version": destination.version,
        "created_at": destination.created_at,
        "licence": "Apache-2.0 for the weights; see data for what they learned from",
        "architecture": {
            "name": config.architecture,
            "input_side": config.input_side,
            "options": config.options,
            "backbones": [backbone_facts(config.backbone)] if config.backbone in VARIANTS else [],
        },
        "weights": {
            "file": f"{destination.version}.safetensors",
            "sha256": sha256(weights).hexdigest(),
            "bytes": len(weights),
        },
        "energy": {"from": attributes.stem, "sha256": file_digest(attributes)},
        "data": [{"name": name, **SOURCES.get(name, {})} for name in pictures.sources],
        "parts": _parts(pictures),
        "training": {
            **asdict(config),
            "scenes": learned.scenes,
            "held_out_surroundings": HELD_OUT,
            "validation_overlap": round(learned.validated, _DIGITS),
        },
        "heads": [_rounded(row) for row in learned.heads],
        "mix": asdict(learned.mix),
        "golden": {
            "seed": GOLDEN_SEED,
            "side": GOLDEN_SIDE,
            "scores": [round(score, 6) for score in learned.golden],
            "tolerance": GOLDEN_TOLERANCE,
        },
        "figures": [],
        "limits": list(_LIMITS),
        "notes": list(_NOTES),
    }


def _rounded(row: HeadFigures) -> dict[str, object]:
    found = asdict(row)
    return found | {name: round(found[name], _DIGITS) for name in ("pairs", "iou", "best")}


def _parts(pictures: CropPictures) -> list[dict[str, object]]:
    return [
        {
            "pictures": f"{art}s",
            "train": _count(pictures.train, art),
            "validation": _count(pictures.validation, art),
            "test": _count(pictures.test, art),
        }
        for art in Art
    ]


def _count(part: Sequence[CropPicture], art: Art) -> int:
    return sum(picture.art is art for picture in part)
