"""Claim -> decode -> predict -> record, for the scorer: whole pictures, and crops of them."""

from collections.abc import Callable, Sequence
from uuid import UUID

from PIL import Image

from ml.contracts.results import ScoreResult
from webapp.inference import opinions
from webapp.inference import services as inference
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import JobKind
from webapp.registry.models import ModelVersion
from webapp.taste import embeddings
from workers import identity
from workers.runtime import pictures
from workers.runtime.draining import give_up_exhausted, set_back, settling
from workers.runtime.model_cache import model_cache
from workers.runtime.models import SCORER, ModelUnusableError, ScoringModel

Load = Callable[[Sequence[Claim]], dict[UUID, Image.Image]]
Record = Callable[[Sequence[tuple[Claim, ScoreResult]], ModelVersion], object]


def score_next(queues: Sequence[str]) -> int:
    """Judge one batch of pictures of the first queue that has any; returns how many were taken."""
    return _next(queues, JobKind.SCORE, pictures.load_each, _record_scores)


def judge_next(queues: Sequence[str]) -> int:
    """Judge one batch of crops of the first queue that has any; returns how many were taken."""
    return _next(queues, JobKind.JUDGE, pictures.cut_each, opinions.record_opinions)


def _record_scores(scored: Sequence[tuple[Claim, ScoreResult]], version: ModelVersion) -> None:
    """What somebody picked, or wants in an order of their own, is placed after its score."""
    embeddings.judged(inference.record_scores(scored, version))


def _next(queues: Sequence[str], kind: JobKind, load: Load, record: Record) -> int:
    """Takes nothing while there is no model to judge with: the work waits, the heartbeat says why.

    ``load`` leaves out what has no sound file, or settles it with a reason of its own.
    """
    try:
        model = model_cache.current(SCORER)
    except ModelUnusableError:
        return 0
    claims = jobs.claim(queues, kind=kind, worker=identity.me().process, limit=model.batch_size)
    if claims:
        with settling(claims):
            live = give_up_exhausted(claims)
            record(_judged(live, load(live), model), model.version)
    return len(claims)


def _judged(
    claims: Sequence[Claim], loaded: dict[UUID, Image.Image], model: ScoringModel
) -> list[tuple[Claim, ScoreResult]]:
    """The claims that have a result; the others are set back."""
    ready = [claim for claim in claims if claim.id in loaded]
    for claim in claims:
        if claim.id not in loaded:
            set_back(claim, "rendition_missing", pictures.MISSING)
    results = model.predict_batch([loaded[claim.id] for claim in ready])
    judged = []
    for claim, result in zip(ready, results, strict=True):
        if result is None:
            set_back(claim, "out_of_memory", pictures.TOO_LARGE)
        else:
            judged.append((claim, result))
    return judged
