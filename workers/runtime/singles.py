"""Claim -> decode -> explain, advise, look or place -> record, for models that take one picture."""

from collections.abc import Callable, Sequence

from PIL import Image

from webapp.cropping.batches import field_recorded
from webapp.inference import coaching, explaining, fields
from webapp.jobs import selectors
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import JobKind
from webapp.taste.embeddings import record_embedding
from workers import identity
from workers.runtime import pictures
from workers.runtime.draining import give_up_exhausted, set_back, settling
from workers.runtime.model_cache import model_cache
from workers.runtime.models import (
    COACH,
    CROPPER,
    EMBEDDER,
    EXPLAINER,
    CoachingModel,
    CroppingModel,
    EmbeddingModel,
    ExplainingModel,
    Model,
    ModelUnusableError,
    Role,
)


def explain_next(queues: Sequence[str]) -> int:
    """Explain one artwork of the first queue that has any; returns how many jobs were taken."""
    return _next(queues, JobKind.EXPLAIN, EXPLAINER, _explain)


def coach_next(queues: Sequence[str]) -> int:
    """Advise on one artwork of the first queue that has any; returns how many jobs were taken."""
    return _next(queues, JobKind.COACH, COACH, _advise)


def crop_next(queues: Sequence[str]) -> int:
    """Look at one artwork of the first queue that has any; returns how many jobs were taken."""
    return _next(queues, JobKind.CROP, CROPPER, _look)


def embed_next(queues: Sequence[str]) -> int:
    """Place one artwork of the first queue that has any; returns how many jobs were taken."""
    return _next(queues, JobKind.EMBED, EMBEDDER, _place)


def _next(
    queues: Sequence[str],
    kind: JobKind,
    role: Role[Model],
    work: Callable[[Claim, Image.Image, Model], bool],
) -> int:
    """Models are loaded only for work that waits; without them it goes on waiting."""
    if not selectors.due(queues, kind):
        return 0
    try:
        model = model_cache.current(role)
    except ModelUnusableError:
        return 0
    claims = jobs.claim(queues, kind=kind, worker=identity.me().process)
    with settling(claims):
        for claim in give_up_exhausted(claims):
            image = pictures.load_each([claim]).get(claim.id)
            if image is None:
                set_back(claim, "rendition_missing", pictures.MISSING)
            elif not work(claim, image, model):
                set_back(claim, "out_of_memory", pictures.TOO_LARGE)
    return len(claims)


def _explain(claim: Claim, image: Image.Image, model: ExplainingModel) -> bool:
    explanation = model.explain(image)
    if explanation is None:
        return False
    by, scorer = model.versions
    explaining.record_explanation(claim, explanation, model=by, scorer=scorer)
    return True


def _advise(claim: Claim, image: Image.Image, model: CoachingModel) -> bool:
    advice = model.advise(image)
    if advice is None:
        return False
    scorer, second = model.versions
    coaching.record_advice(claim, advice, scorer=scorer, second=second)
    return True


def _look(claim: Claim, image: Image.Image, model: CroppingModel) -> bool:
    """Batches are told after the field is kept: they lock what whoever calls one off locks."""
    field = model.look(image)
    if field is None:
        return False
    if fields.record_field(claim, field.encode(), cropper=model.version):
        field_recorded(claim.subject)
    return True


def _place(claim: Claim, image: Image.Image, model: EmbeddingModel) -> bool:
    vector = model.place(image)
    if vector is None:
        return False
    record_embedding(claim, vector, space=model.version.digest)
    return True
