"""Claim -> decode -> predict -> record, for models that judge pictures."""

import logging
from collections.abc import Sequence

from webapp.inference import services as inference
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import JobKind
from workers import identity
from workers.runtime import pictures
from workers.runtime.draining import give_up_exhausted, set_back, settling
from workers.runtime.model_cache import model_cache
from workers.runtime.models import SCORER, ModelUnusableError, ScoringModel

logger = logging.getLogger(__name__)


def score_next(queues: Sequence[str]) -> int:
    """Judge one batch of the first queue that has work; returns how many jobs were taken.

    Takes nothing while there is no model to judge with: the work waits, the heartbeat says why.
    """
    try:
        model = model_cache.current(SCORER)
    except ModelUnusableError:
        return 0
    claims = jobs.claim(
        queues, kind=JobKind.SCORE, worker=identity.me().process, limit=model.batch_size
    )
    if claims:
        with settling(claims):
            _score(give_up_exhausted(claims), model)
    return len(claims)


def _score(claims: Sequence[Claim], model: ScoringModel) -> None:
    loaded = pictures.load_each(claims)
    for claim in claims:
        if claim.id not in loaded:
            text = "The display file is missing; `manage.py doctor --mend` makes it again."
            set_back(claim, "rendition_missing", text)
    ready = [claim for claim in claims if claim.id in loaded]
    results = model.predict_batch([loaded[claim.id] for claim in ready])
    judged = list(zip(ready, results, strict=True))
    for claim, result in judged:
        if result is None:
            set_back(claim, "out_of_memory", "The worker's memory does not suffice for it.")
    scored = [(claim, result) for claim, result in judged if result is not None]
    inference.record_scores(scored, model.version)
