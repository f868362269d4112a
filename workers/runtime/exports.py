"""Claim -> decode and edit or cut in the sandbox -> keep as a new artwork."""

from collections.abc import Sequence

from ml.contracts.crops import Box
from ml.contracts.edits import Edits, EditsError
from webapp.catalogue import blobs
from webapp.common.errors import ApplicationError
from webapp.cropping.sizes import Cut, FileFormat
from webapp.gallery import exports
from webapp.inference import services as inference
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import JobKind
from workers import identity
from workers.runtime.draining import give_up_exhausted, settling
from workers.runtime.imaging.exporter import Exporter
from workers.runtime.renders import LIMITS, sandboxed

exporter = Exporter()


def export_next(queues: Sequence[str]) -> int:
    """Make one artwork of the first queue that has work; returns how many jobs were taken."""
    claims = jobs.claim(queues, kind=JobKind.EXPORT, worker=identity.me().process)
    with settling(claims):
        for claim in give_up_exhausted(claims):
            _export(claim)
    return len(claims)


def _export(claim: Claim) -> None:
    """Whatever its owner must act upon fails the job with its own code, and makes nothing."""
    try:
        order = exports.order_of(claim)
        with sandboxed(claim):
            original = blobs.read(order.source.original)
            exports.record_export(claim, order, _made(original, order.recipe))
    except ApplicationError as error:
        inference.record_refusal(claim, error.code, error.detail)
    except EditsError as error:
        inference.record_refusal(claim, "recipe_outdated", f"Ask the coach again: {error}.")


def _made(original: bytes, recipe: Edits | Box) -> bytes:
    """The file that a recipe makes of an original, at full size."""
    if isinstance(recipe, Edits):
        return exporter.export(original, edits=recipe, limits=LIMITS).data
    whole = Cut(recipe, recipe.width, recipe.height)
    (data,) = exporter.cut(original, cuts=[whole], file_format=FileFormat.JPG, limits=LIMITS)
    return data
