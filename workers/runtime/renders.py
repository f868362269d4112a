"""Claim -> decode in the sandbox -> record display files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings

from webapp.catalogue import blobs
from webapp.catalogue.chunks import MissingBytesError
from webapp.catalogue.models import Artwork
from webapp.catalogue.validation import ImageLimits
from webapp.inference import services as inference
from webapp.inference.rendered import RenderPass
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import JobKind
from workers import identity
from workers.runtime.draining import give_up_exhausted, set_back, settling
from workers.runtime.imaging.renderer import Renderer
from workers.runtime.imaging.results import (
    FIRST,
    REST,
    RendererUnavailable,
    Unrenderable,
)

WANTS = {RenderPass.FIRST: FIRST, RenderPass.REST: REST}
LIMITS = ImageLimits(
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_PIXELS, settings.UPLOAD_MAX_SIDE
)

_renderer = Renderer()


def render_next(queues: Sequence[str]) -> int:
    """Render one picture of the first queue that has any; returns how many jobs were taken."""
    claims = jobs.claim(queues, kind=JobKind.RENDER, worker=identity.me().process)
    with settling(claims):
        for claim in give_up_exhausted(claims):
            _render(claim)
    return len(claims)


def _render(claim: Claim) -> None:
    artwork = Artwork.objects.select_related("original").filter(pk=claim.subject).first()
    if artwork is None:
        jobs.cancel_for(claim.subject)
        return
    wants = WANTS[RenderPass(claim.params)]
    with sandboxed(claim):
        rendered = _renderer.render(blobs.read(artwork.original), wants=wants, limits=LIMITS)
        inference.record_render(claim, rendered)


@contextmanager
def sandboxed(claim: Claim) -> Iterator[None]:
    """Settle the claim when the original does not come through the sandbox."""
    try:
        yield
    except Unrenderable as error:
        settle = set_back if error.worth_retrying else inference.record_refusal
        settle(claim, error.code, error.detail)
    except MissingBytesError:
        text = "The stored file is incomplete; the operator must restore it from a backup."
        set_back(claim, "bytes_missing", text)
    except RendererUnavailable as error:
        set_back(claim, "sandbox_lost", f"The sandbox for decoding does not work: {error}")
        raise
