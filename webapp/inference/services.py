"""Record what the workers found. Each result and its job settle in one fenced transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from ml.contracts.results import ScoreResult
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, ArtworkState, Rendition, RenditionSize
from webapp.common.errors import Conflict
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.explaining import ask_for_explanations
from webapp.inference.fields import ask_for_fields
from webapp.inference.models import Score
from webapp.inference.rendered import Rendered, RenderPass
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion
from webapp.registry.services import judges_until_commit

SCORED_SIZE = RenditionSize.MEDIUM  # of the first pass; the scorer never decodes unknown bytes
REST_DELAY_SECONDS = 10  # after its score, and after other fresh uploads
REST_PRIORITY = -10
ASKED_FOR = (  # an artwork is whole without them
    JobKind.EXPLAIN, JobKind.COACH, JobKind.EXPORT, JobKind.CROP, JobKind.JUDGE, JobKind.CUT,
)  # fmt: skip


@transaction.atomic
def record_render(claim: Claim, rendered: Rendered) -> None:
    """Keep an artwork's display files, and ask for its score and its remaining files.

    Raises LostLeaseError, and keeps nothing, when the job belongs to another worker by now.
    """
    in_order = sorted(rendered.renditions, key=lambda file: sha256(file.data).digest())
    stored = [  # blobs are locked in one order: equal pictures never wait for each other in a ring
        (file, blobs.store(file.data, content_type=f"image/{file.format}")) for file in in_order
    ]
    require(ours=jobs.finish(claim))
    artwork = Artwork.objects.filter(pk=claim.subject)
    first = claim.params == RenderPass.FIRST
    if not (_describe(artwork, rendered) if first else artwork.exists()):
        return  # it was thrown away meanwhile
    Rendition.objects.bulk_create(
        [
            Rendition(artwork_id=claim.subject, size=file.size, format=file.format,
                      width=file.width, height=file.height, blob=blob)
            for file, blob in stored
        ],
        update_conflicts=True,
        unique_fields=["artwork", "size", "format"],
        update_fields=["width", "height", "blob"],
    )  # fmt: skip
    if first:
        _ask_for_the_rest(claim.subject, claim.owner_id)
    publish(claim.owner_id, EventKind.ARTWORK_CHANGED, [claim.subject])


@transaction.atomic
def record_scores(scored: Sequence[tuple[Claim, ScoreResult]], version: ModelVersion) -> set[UUID]:
    """Keep the scores of a batch; returns the artworks whose score was kept.

    Claims that were lost, and artworks that are gone, are left out. An artwork shows the score of
    the active version, or of this one when it has none yet.
    """
    judges = judges_until_commit(version)  # before artworks: as by who rolls back
    ours = jobs.finish_many([claim for claim, _ in scored])
    results = {claim.subject: result for claim, result in scored if claim.id in ours}
    found = Artwork.objects.filter(pk__in=results).held()
    artworks = list(found.only("pk", "owner_id", "state", "score_mean"))
    Score.objects.bulk_create(
        [_score(artwork, results[artwork.pk], version) for artwork in artworks],
        update_conflicts=True,
        unique_fields=["artwork", "model_version"],
        update_fields=[
            "distribution", "mean", "sd", "low", "high", "reference_percentile", "created_at",
        ],
    )  # fmt: skip
    owned = [(artwork.pk, artwork.owner_id) for artwork in artworks]
    ask_for_explanations(owned)
    ask_for_fields(owned)
    _show([each for each in artworks if judges or each.score_mean is None], results)
    return {artwork.pk for artwork in artworks}


@transaction.atomic
def record_refusal(claim: Claim, code: str, text: str) -> None:
    """The file is at fault: fail the job for good and say so to the owner of the artwork.

    Raises LostLeaseError when the job belongs to another worker by now.
    """
    require(ours=jobs.fail(claim, code, text))
    _show_failure(claim, code, text)


@transaction.atomic
def record_setback(claim: Claim, code: str, text: str) -> None:
    """An attempt failed through no proven fault of the file: try again later, or give up.

    Raises LostLeaseError when the job belongs to another worker by now.
    """
    if claim.attempt < claim.max_attempts:
        require(ours=jobs.release(claim, code, text))
        return
    require(ours=jobs.bury(claim, code, text))
    _show_failure(claim, code, text)


@transaction.atomic
def retry_artwork(artwork: Artwork) -> None:
    """Give the failed jobs of an artwork fresh attempts. Raises Conflict when none failed."""
    retryable = Job.objects.filter(subject=artwork.pk).exclude(state=JobState.DONE)
    if not jobs.restart(retryable):
        raise Conflict("Nothing of this artwork has failed; there is nothing to retry.")
    _show_judging(artwork.pk)


def retry_job(job: Job) -> Job:
    """Give one settled job fresh attempts; its artwork shows as judging again.

    What its failure had cancelled is asked for again too. Raises Conflict when the job is done or
    still live.
    """
    with transaction.atomic():
        retried = jobs.retry(job)
        jobs.restart(Job.objects.filter(subject=job.subject, state=JobState.CANCELLED))
        _show_judging(job.subject)
    jobs.tell_staff([job.pk])
    return retried


def ask_for_score(artworks: Iterable[tuple[UUID, int]], *, queue: Queue) -> int:
    """Have (artwork, owner) pairs judged by the active version; returns how many became waiting."""
    version = registry.active(ModelKind.SCORER)
    if version is None:
        return 0  # activating one asks for all that lack a score
    return jobs.enqueue_many(
        list(artworks), kind=JobKind.SCORE, queue=queue, model_version=version.digest
    )


def _describe(artwork: QuerySet[Artwork], rendered: Rendered) -> int:
    return artwork.update(
        width=rendered.width,
        height=rendered.height,
        thumbhash=rendered.thumbhash,
        captured_at=rendered.captured_at,
    )


def _ask_for_the_rest(artwork_id: UUID, owner_id: int) -> None:
    asked = [(artwork_id, owner_id)]
    ask_for_score(asked, queue=Queue.GPU_INTERACTIVE)
    jobs.enqueue_many(
        asked,
        kind=JobKind.RENDER,
        queue=Queue.IO,
        params=RenderPass.REST,
        priority=REST_PRIORITY,
        delay_seconds=REST_DELAY_SECONDS,
    )


def _score(artwork: Artwork, result: ScoreResult, version: ModelVersion) -> Score:
    return Score(
        artwork=artwork,
        model_version=version,
        distribution=list(result.distribution),
        mean=result.mean,
        sd=result.sd,
        low=result.low,
        high=result.high,
        reference_percentile=result.percentile,
    )


def _show(shown: Sequence[Artwork], results: dict[UUID, ScoreResult]) -> None:
    for artwork in shown:
        artwork.score_mean = results[artwork.pk].mean
        artwork.state = ArtworkState.READY
        artwork.error_code = artwork.error_text = ""
    Artwork.objects.bulk_update(shown, ["score_mean", "state", "error_code", "error_text"])
    by_owner: dict[int, list[UUID]] = defaultdict(list)
    for artwork in shown:
        by_owner[artwork.owner_id].append(artwork.pk)
    for owner_id in sorted(by_owner):  # one order: no deadlocks over the streams
        publish(owner_id, EventKind.ARTWORK_CHANGED, by_owner[owner_id])


def _show_failure(claim: Claim, code: str, text: str) -> None:
    """An artwork that can be looked at and has a score stays ready; its page says what failed."""
    unsettled = Artwork.objects.filter(pk=claim.subject, state=ArtworkState.JUDGING)
    if claim.kind in ASKED_FOR:
        publish(claim.owner_id, EventKind.ARTWORK_CHANGED, [claim.subject])
        return
    needed = claim.kind == JobKind.SCORE or claim.params == RenderPass.FIRST
    if needed and unsettled.update(state=ArtworkState.FAILED, error_code=code, error_text=text):
        jobs.cancel_for(claim.subject)
        publish(claim.owner_id, EventKind.ARTWORK_CHANGED, [claim.subject])


def _show_judging(artwork_id: UUID) -> None:
    failed = Artwork.objects.filter(pk=artwork_id, state=ArtworkState.FAILED).held()
    for artwork in failed:
        failed.update(state=ArtworkState.JUDGING, error_code="", error_text="")
        publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork_id])
