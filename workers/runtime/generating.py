"""Claim -> make a few pictures -> judge them -> keep them, until all are made or others wait."""

import logging
import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import Final, TypeVar

from PIL import Image

from webapp.generation import recording
from webapp.generation.models import GenerationKind, Sample
from webapp.generation.recipes import recipe_of, wish_of
from webapp.generation.recording import ATTEMPTS, Order
from webapp.jobs import selectors
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, LostLeaseError
from webapp.jobs.models import JobKind, Queue
from workers import identity
from workers.runtime.draining import SLICE_SECONDS, served
from workers.runtime.generated_files import film_of, png_of
from workers.runtime.model_cache import model_cache
from workers.runtime.models import (
    GENERATOR,
    SCORER,
    GeneratingModel,
    ModelUnusableError,
    ScoringModel,
)
from workers.runtime.pulse import pulse

logger = logging.getLogger(__name__)

AT_ONCE: Final = 4  # pictures that are shown together; the very first comes alone
TOO_LARGE: Final = "The worker's memory does not suffice for it."
LOST: Final = "Workers stopped while making it, again and again without a new picture between."
Each = TypeVar("Each")


def generate_next(queues: Sequence[str]) -> int:
    """Work on one generation of the first queue that has any; returns how many jobs were taken.

    For some seconds, or until somebody waits for a score: then it waits again, and whoever takes
    it goes on after the pictures that are there. Without models it goes on waiting.
    """
    if not selectors.due(queues, JobKind.GENERATE):
        return 0
    try:
        generator, scorer = model_cache.current(GENERATOR), model_cache.current(SCORER)
    except ModelUnusableError:
        return 0
    claims = jobs.claim(queues, kind=JobKind.GENERATE, worker=identity.me().process)
    for claim in claims:
        with pulse.holding([claim]):
            try:
                _work_on(claim, generator, scorer)
            except LostLeaseError:
                logger.info("the generation %s was called off or lost", claim.subject)
            except Exception as error:
                text = f"The worker met an error of its own ({type(error).__name__}); see its log."
                recording.set_back(claim, "worker_error", text)
                raise
    return len(claims)


def _work_on(claim: Claim, generator: GeneratingModel, scorer: ScoringModel) -> None:
    if claim.exhausted:
        recording.set_back(claim, "worker_lost", LOST)
        return
    order = recording.begin(claim, generator.version)
    if order is None:
        return
    until = time.monotonic() + SLICE_SECONDS
    pictures = generator.pictures(order.generation, start=order.start)
    numbered = enumerate(pictures, start=order.start)
    for part in _parts(numbered, 1 if order.start == 0 else AT_ONCE):
        if any(picture is None for _, picture in part):
            recording.set_back(claim, "out_of_memory", TOO_LARGE)
            return
        made = [(order.sample(index), picture) for index, picture in part if picture is not None]
        recording.keep(claim, _judged(made, scorer))
        if part[-1][0] + 1 < order.generation.count and _others_wait(until):
            jobs.give_back(claim, attempts=ATTEMPTS)
            return
    recording.finish(claim, _film(order))


def _judged(
    made: Sequence[tuple[Sample, Image.Image]], scorer: ScoringModel
) -> list[tuple[Sample, bytes]]:
    """With what the scorer says, also in their files."""
    results = scorer.predict_batch([picture for _, picture in made])
    for (sample, picture), result in zip(made, results, strict=True):
        sample.width, sample.height = picture.size
        recording.judged(sample, result, scorer.version)
    return [(sample, png_of(picture, recipe_of(sample))) for sample, picture in made]


def _others_wait(until: float) -> bool:
    if time.monotonic() > until:
        return True
    return selectors.any_due(served(Queue.GPU_INTERACTIVE))


def _film(order: Order) -> bytes | None:
    generation = order.generation
    if generation.kind == GenerationKind.SAMPLES:
        return None
    files = recording.files_of(generation)
    frames = [Image.open(BytesIO(file), formats=["PNG"]).convert("RGB") for file in files]
    return film_of(frames, wish_of(generation))


def _parts(items: Iterator[Each], first: int) -> Iterator[list[Each]]:
    size = first
    while part := list(islice(items, size)):
        yield part
        size = AT_ONCE
