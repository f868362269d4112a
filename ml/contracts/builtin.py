"""Models that ship with the product: where their weights and cards lie."""

from dataclasses import dataclass
from pathlib import Path

WEIGHTS_FOLDER = Path(__file__).resolve().parent.parent / "weights"


@dataclass(frozen=True, slots=True)
class BuiltinModel:
    """A weights file and its card, both in the product's own tree."""

    kind: str
    name: str

    @property
    def weights(self) -> Path:
        return WEIGHTS_FOLDER / f"{self.name}.safetensors"

    @property
    def card(self) -> Path:
        return WEIGHTS_FOLDER / f"{self.name}.json"


BUILTIN_SCORER = BuiltinModel(kind="score", name="scorer-v2")
BUILTIN_ATTRIBUTES = BuiltinModel(kind="attributes", name="attributes-v1")
BUILTIN_CROPPER = BuiltinModel(kind="cropper", name="cropper-v1")
BUILTIN_RECOGNISER = BuiltinModel(kind="recogniser", name="recogniser-v1")
BUILTIN_GENERATOR = BuiltinModel(kind="generator", name="generator-v1")
# Without the layer that is patented, for operators who must do without it.
BUILTIN_PLAIN_GENERATOR = BuiltinModel(kind="generator", name="generator-film-v1")
