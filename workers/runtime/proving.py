"""Claim -> load -> record, for versions from elsewhere: whether they can judge at all."""

import logging
from collections.abc import Sequence
from typing import Final

from django.utils.module_loading import import_string

from ml.inference.golden import GoldenMismatchError
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, LostLeaseError
from webapp.jobs.models import JobKind
from webapp.registry.models import ModelKind, ModelVersion
from webapp.training import proving
from webapp.training.proving import GOLDEN, UNLOADABLE, Flaw
from workers import identity
from workers.runtime.model_cache import FREE
from workers.runtime.models import ModelUnusableError
from workers.runtime.pulse import pulse

logger = logging.getLogger(__name__)

# By name, like the loaders of roles: the parent of the pool never imports torch.
LOADERS: Final = {
    ModelKind.SCORER: "workers.runtime.loading.load",
    ModelKind.SECOND_SCORER: "workers.runtime.loading.load",
    ModelKind.ATTRIBUTES: "workers.runtime.loading_explained.prove_attributes",
    ModelKind.CROPPER: "workers.runtime.loading_cropping.load_cropping",
    ModelKind.GENERATOR: "workers.runtime.loading_generation.load_generating",
}
LARGEST_TOLERANCE: Final = 0.05  # of golden answers: all shipped cards ask for less than half of it
LARGEST_OF_COLOURS: Final = 3.0  # of a generator's, which are colours of 0 to 255
LOST: Final = "Workers stopped while loading it."


def prove_next(queues: Sequence[str]) -> int:
    """Try one version of the first queue that has any; returns how many jobs were taken."""
    claims = jobs.claim(queues, kind=JobKind.PROVE, worker=identity.me().process)
    for claim in claims:
        with pulse.holding([claim]):
            try:
                _prove(claim)
            except LostLeaseError:
                logger.info("lost the lease of the check of %s", claim.subject)
    return len(claims)


def _prove(claim: Claim) -> None:
    """Whatever a file from elsewhere makes of the loader, it may not judge, and others may."""
    version = ModelVersion.objects.filter(pk=claim.subject).first()
    if version is None:
        jobs.finish(claim)
        return
    if claim.exhausted:
        proving.record(claim, Flaw(UNLOADABLE, LOST))
        return
    try:
        flaw = _flaw_of(version)
    except Exception as error:
        logger.exception("the version %s could not be tried", version.name)
        proving.set_back(claim, f"Loading it failed: {type(error).__name__}: {error}."[:500])
        return
    proving.record(claim, flaw)


def _flaw_of(version: ModelVersion) -> Flaw | None:
    """Raises OSError and whatever else may go well another time."""
    try:
        import_string(LOADERS[ModelKind(version.kind)])(version)
    except ModelUnusableError as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            raise
        code = GOLDEN if isinstance(cause, GoldenMismatchError) else UNLOADABLE
        text = f"{cause or error}."
        return Flaw(code, text[:1].upper() + text[1:])
    finally:
        import_string(FREE)()
    tolerance = version.card["golden"]["tolerance"]
    colours = version.kind == ModelKind.GENERATOR
    if tolerance > (LARGEST_OF_COLOURS if colours else LARGEST_TOLERANCE):
        text = f"Its card lets golden answers be off by {tolerance:g}, which proves nothing."
        return Flaw(GOLDEN, text)
    return None
