"""Claim -> decode and edit in the sandbox -> keep as a new artwork."""

from collections.abc import Sequence

from ml.contracts.edits import EditsError
from webapp.catalogue import blobs
from webapp.common.errors import ApplicationError
from webapp.gallery import exports
from webapp.inference import services as inference
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import JobKind
from workers import identity
from workers.runtime.draining import give_up_exhausted, settling
from workers.runtime.imaging.exporter import Exporter
from workers.runtime.renders import LIMITS, sandboxed

_exporter = Exporter()


def export_next(queues: Sequence[str]) -> int:
    """Make one proposal of the first queue that has any; returns how many jobs were taken."""
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
            made = _exporter.export(original, edits=order.edits, limits=LIMITS)
            exports.record_export(claim, order, made.data)
    except ApplicationError as error:
        inference.record_refusal(claim, error.code, error.detail)
    except EditsError as error:
        inference.record_refusal(claim, "recipe_outdated", f"Ask the coach again: {error}.")
