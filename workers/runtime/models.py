"""What the drains know of a loaded model. Free of torch: the parent of the pool imports it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PIL import Image

from ml.contracts.advice import Advice
from ml.contracts.explanations import Explanation
from ml.contracts.results import ScoreResult
from ml.crop.field import CropField
from webapp.generation.models import Generation
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion
from webapp.taste.spaces import home


class ModelUnusableError(Exception):
    """No model can judge: the operator must repair its files or register one. Work waits."""


class LoadedModel:
    """Verified model versions on their device, in the order of their role's kinds."""

    def __init__(self, *versions: ModelVersion, device: str) -> None:
        self.versions = versions
        self.device = device

    @property
    def version(self) -> ModelVersion:
        """The first of them."""
        return self.versions[0]


class ScoringModel(LoadedModel, ABC):
    """Judges pictures, `batch_size` of them at once."""

    def __init__(self, version: ModelVersion, *, batch_size: int, device: str) -> None:
        super().__init__(version, device=device)
        self.batch_size = batch_size

    @abstractmethod
    def predict_batch(self, images: Sequence[Image.Image]) -> list[ScoreResult | None]:
        """One result a picture, in order; None for a picture that exceeds the memory alone."""


class ExplainingModel(LoadedModel, ABC):
    """Explains the judgements of its second version by its first."""

    @abstractmethod
    def explain(self, image: Image.Image) -> Explanation | None:
        """Everything there is to say of a picture; None when that exceeds the memory."""


class CoachingModel(LoadedModel, ABC):
    """Optimises for its first version and checks by its second."""

    @abstractmethod
    def advise(self, image: Image.Image) -> Advice | None:
        """What could be done about a picture; None when finding out exceeds the memory."""


class CroppingModel(LoadedModel, ABC):
    """Looks at a picture once, so that its crops can be ranked without a model."""

    @abstractmethod
    def look(self, image: Image.Image) -> CropField | None:
        """The crop field of a picture; None when that exceeds the memory."""


class EmbeddingModel(LoadedModel, ABC):
    """Says where a picture lies among others."""

    @abstractmethod
    def place(self, image: Image.Image) -> bytes | None:
        """Its embedding, 16-bit floats; None when finding it exceeds the memory."""


class GeneratingModel(LoadedModel, ABC):
    """Makes pictures."""

    @abstractmethod
    def pictures(self, wish: Generation, *, start: int) -> Iterator[Image.Image | None]:
        """Those of a wish from the one numbered ``start`` on; None when one exceeds the memory."""


Model = TypeVar("Model", bound=LoadedModel)


@dataclass(frozen=True, slots=True)
class Role(Generic[Model]):
    """What a worker does with models: of which kinds, one of each, and who loads them.

    The loader is named and not imported: torch is for the child that computes, not for the parent
    that only hears doorbells. ``falls_back``: while the active version cannot be loaded, the one
    before it goes on; else the work waits, as the answer of another version would be made for
    nothing and asked for again. ``chosen``: which version of a kind, the active one as a rule.
    """

    name: str
    kinds: tuple[ModelKind, ...]
    loader: str
    falls_back: bool = False
    chosen: Callable[[ModelKind], ModelVersion | None] = registry.active


SCORER: Role[ScoringModel] = Role(
    "scorer", (ModelKind.SCORER,), "workers.runtime.loading.load", falls_back=True
)
EXPLAINER: Role[ExplainingModel] = Role(
    "explainer",
    (ModelKind.ATTRIBUTES, ModelKind.SCORER),
    "workers.runtime.loading_explained.load_explaining",
)
COACH: Role[CoachingModel] = Role(
    "coach",
    (ModelKind.SCORER, ModelKind.SECOND_SCORER),
    "workers.runtime.loading_explained.load_coaching",
)
CROPPER: Role[CroppingModel] = Role(
    "cropper", (ModelKind.CROPPER,), "workers.runtime.loading_cropping.load_cropping"
)
EMBEDDER: Role[EmbeddingModel] = Role(
    "embedder",
    (ModelKind.SCORER,),
    "workers.runtime.loading_embedding.load_embedding",
    chosen=home,
)
GENERATOR: Role[GeneratingModel] = Role(
    "generator", (ModelKind.GENERATOR,), "workers.runtime.loading_generation.load_generating"
)
