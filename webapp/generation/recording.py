"""What a worker finds to make, and keeping what it made. Every write is fenced by its job."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.db.models import F

from ml.contracts.generation import LARGEST_SEED, mean_of
from ml.contracts.results import ScoreResult
from webapp.catalogue import blobs
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.generation.models import Generation, GenerationKind, Sample
from webapp.generation.wishes import GeneratorRetired, dials
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, LostLeaseError, require
from webapp.jobs.models import Job
from webapp.registry.models import ModelVersion, VersionState

ATTEMPTS: Final = 3  # without a new picture between them
PNG: Final = "image/png"
WEBP: Final = "image/webp"


@dataclass(frozen=True, slots=True)
class Order:
    """A generation, and what is made of it already: everything before ``start``."""

    generation: Generation
    start: int

    @property
    def complete(self) -> bool:
        """Nothing is to be made but, of a film, the film."""
        return self.start >= self.generation.count

    def sample(self, index: int) -> Sample:
        """The row of a picture before it is judged."""
        wish = self.generation
        swept = wish.kind == GenerationKind.SWEEP
        asked = dials(wish.count)[index] if swept else mean_of(wish.histogram)
        return Sample(
            generation=wish, index=index, latent_seed=_seed(wish, index), asked_mean=asked
        )


def begin(claim: Claim, by: ModelVersion) -> Order | None:
    """What is to be made now; None when there is nothing, and the job is settled then.

    A wish that named another generator fails with ``model_retired``; one that names the generator
    that came into use a moment ago waits until this worker holds it.
    """
    rows = Generation.objects.select_related("model_version").filter(deleted_at=None)
    generation = rows.filter(pk=claim.subject).first()
    if generation is None:
        Job.objects.filter(pk=claim.id).delete()
        return None
    if generation.model_version_id != by.pk:
        if generation.model_version.state == VersionState.ACTIVE:
            jobs.give_back(claim, attempts=ATTEMPTS)
            return None
        text = (
            f"{generation.model_version.name} was retired before everything was made; {by.name}"
            " makes pictures now. Ask it."
        )
        fail(claim, GeneratorRetired.code, text)
        return None
    tell(claim)
    return Order(generation, generation.samples.count())


def judged(sample: Sample, result: ScoreResult | None, judge: ModelVersion) -> None:
    """Write down what the scorer says; nothing when the picture was too much for its memory."""
    if result is not None:
        sample.judged_mean = result.mean
        sample.judged_distribution = list(result.distribution)
        sample.judge = judge


@transaction.atomic
def keep(claim: Claim, made: Sequence[tuple[Sample, bytes]]) -> None:
    """Keep pictures with their files, and tell their owner.

    Raises LostLeaseError, and keeps nothing, when it was called off, deleted, or is another
    worker's by now.
    """
    in_order = sorted(made, key=lambda each: sha256(each[1]).digest())  # one order: no deadlocks
    for sample, file in in_order:
        sample.blob = blobs.store(file, content_type=PNG)
    require(ours=jobs.holds(claim))
    Sample.objects.bulk_create([sample for sample, _ in made])
    Generation.objects.filter(pk=claim.subject).update(made=F("made") + len(made))
    jobs.forgive(claim, ATTEMPTS)
    publish(claim.owner_id, EventKind.GENERATION_CHANGED, [claim.subject])


@transaction.atomic
def finish(claim: Claim, film: bytes | None) -> None:
    """Everything is made. Raises LostLeaseError."""
    stored = None if film is None else blobs.store(film, content_type=WEBP)
    require(ours=jobs.finish(claim))
    if stored is not None:
        Generation.objects.filter(pk=claim.subject).update(film=stored)
    publish(claim.owner_id, EventKind.GENERATION_CHANGED, [claim.subject])


@transaction.atomic
def fail(claim: Claim, code: str, text: str) -> None:
    """Another attempt would end the same way. Raises LostLeaseError."""
    require(ours=jobs.fail(claim, code, text))
    publish(claim.owner_id, EventKind.GENERATION_CHANGED, [claim.subject])


def set_back(claim: Claim, code: str, text: str) -> None:
    """An attempt failed: try again later, or give up. Nothing when the job is ours no more."""
    with suppress(LostLeaseError), transaction.atomic():
        # New pictures of this very attempt may have earned it further ones.
        last = Job.objects.filter(pk=claim.id, max_attempts__lte=claim.attempt).exists()
        settle = jobs.bury if last else jobs.release
        require(ours=settle(claim, code, text))
        publish(claim.owner_id, EventKind.GENERATION_CHANGED, [claim.subject])


@transaction.atomic
def tell(claim: Claim) -> None:
    """Say to its owner that a worker is at it."""
    publish(claim.owner_id, EventKind.GENERATION_CHANGED, [claim.subject])


def files_of(generation: Generation) -> Iterable[bytes]:
    """The files of everything that is made, in its order."""
    samples = generation.samples.select_related("blob").order_by("index")
    return (blobs.read(each.blob) for each in samples)


def _seed(wish: Generation, index: int) -> int | None:
    if wish.kind == GenerationKind.SAMPLES:
        return (wish.seed + index) % (LARGEST_SEED + 1)
    if wish.kind == GenerationKind.SWEEP:
        return wish.seed
    ends = {0: wish.seed, wish.count - 1: wish.seed_to}
    return ends.get(index)
