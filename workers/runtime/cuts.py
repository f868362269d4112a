"""Claim -> rank -> decode once and cut in the sandbox -> keep the files of a batch."""

from collections.abc import Sequence
from uuid import UUID

from webapp.catalogue import blobs
from webapp.common.errors import ApplicationError
from webapp.cropping import batches, cuts
from webapp.inference import services as inference
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import Job, JobKind
from workers import identity
from workers.runtime.draining import give_up_exhausted, settling
from workers.runtime.exports import exporter
from workers.runtime.renders import LIMITS, sandboxed


def cut_next(queues: Sequence[str]) -> int:
    """Cut one picture of the first queue that has any; returns how many jobs were taken."""
    claims = jobs.claim(queues, kind=JobKind.CUT, worker=identity.me().process)
    try:
        with settling(claims):
            for claim in give_up_exhausted(claims):
                _cut(claim)
    finally:  # however it ended, its owner sees how far the batch is
        for claim in claims:
            batches.tell(UUID(claim.params))
    return len(claims)


def _cut(claim: Claim) -> None:
    """Whatever its owner must act upon fails the job with its own code, and keeps nothing."""
    try:
        order = cuts.order_of(claim)
        with sandboxed(claim):
            files = exporter.cut(
                blobs.read(order.source.original),
                cuts=[piece.cut for piece in order.pieces],
                file_format=order.file_format,
                limits=LIMITS,
            )
            cuts.record_cuts(claim, order, files)
    except cuts.NotLookedAt:
        cuts.wait_for_field(claim)
    except cuts.BatchGone:
        jobs.cancel(Job.objects.filter(pk=claim.id))
    except ApplicationError as error:
        inference.record_refusal(claim, error.code, error.detail)
