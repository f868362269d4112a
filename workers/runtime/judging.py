"""Claim -> decode -> cut -> predict -> record, for the scorer's opinion of crops."""

from collections.abc import Sequence
from uuid import UUID

from PIL import Image

from ml.contracts.crops import Box, CropError
from webapp.catalogue.models import Artwork
from webapp.inference import opinions
from webapp.inference import services as inference
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import JobKind
from workers import identity
from workers.runtime import pictures
from workers.runtime.draining import give_up_exhausted, set_back, settling
from workers.runtime.model_cache import model_cache
from workers.runtime.models import SCORER, ModelUnusableError, ScoringModel
from workers.runtime.singles import MISSING, TOO_LARGE

Size = tuple[int, int]


def judge_next(queues: Sequence[str]) -> int:
    """Judge one batch of crops of the first queue that has any; returns how many jobs were taken.

    Takes nothing while there is no model to judge with.
    """
    try:
        model = model_cache.current(SCORER)
    except ModelUnusableError:
        return 0
    claims = jobs.claim(
        queues, kind=JobKind.JUDGE, worker=identity.me().process, limit=model.batch_size
    )
    if claims:
        with settling(claims):
            _judge(give_up_exhausted(claims), model)
    return len(claims)


def _judge(claims: Sequence[Claim], model: ScoringModel) -> None:
    cut = _cut_each(claims)
    ready = [claim for claim in claims if claim.id in cut]
    judged = list(zip(ready, model.predict_batch([cut[claim.id] for claim in ready]), strict=True))
    for claim, result in judged:
        if result is None:
            set_back(claim, "out_of_memory", TOO_LARGE)
    kept = [(claim, result) for claim, result in judged if result is not None]
    opinions.record_opinions(kept, model.version)


def _cut_each(claims: Sequence[Claim]) -> dict[UUID, Image.Image]:
    """The crops by job id; claims without a sound file, or without a crop, are settled."""
    loaded = pictures.load_each(claims)
    sizes = _sizes(claims)
    cut: dict[UUID, Image.Image] = {}
    for claim in claims:
        if claim.id not in loaded or claim.subject not in sizes:
            set_back(claim, "rendition_missing", MISSING)
            continue
        try:
            cut[claim.id] = _cut(loaded[claim.id], Box.parse(claim.params), sizes[claim.subject])
        except CropError as error:
            inference.record_refusal(claim, error.code, str(error))
    return cut


def _sizes(claims: Sequence[Claim]) -> dict[UUID, Size]:
    """Width and height of the upright originals."""
    asked = Artwork.objects.filter(pk__in={claim.subject for claim in claims})
    rows = asked.values_list("pk", "width", "height")
    return {pk: (width, height) for pk, width, height in rows if width and height}


def _cut(display: Image.Image, box: Box, original: Size) -> Image.Image:
    """The part of a display file; a pixel is the least. Raises CropError ``box_outside``."""
    if not box.within(*original):
        raise CropError("box_outside", "The crop does not lie inside of the picture.")
    across, down = display.width / original[0], display.height / original[1]
    left, top = int(box.x * across), int(box.y * down)
    right = max(left + 1, round((box.x + box.width) * across))
    bottom = max(top + 1, round((box.y + box.height) * down))
    return display.crop((left, top, min(right, display.width), min(bottom, display.height)))
