"""Derive missing work from the state of the artworks, never from the queues."""

import logging
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, ArtworkState, Blob, BlobChunk, Rendition
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.explaining import ask_for_explanations
from webapp.inference.fields import ask_for_fields
from webapp.inference.models import Advice, CropField, Explained, Proposal, Score
from webapp.inference.rendered import RenderPass
from webapp.inference.services import SCORED_SIZE, ask_for_score
from webapp.jobs import services as jobs
from webapp.jobs.findings import Check
from webapp.jobs.models import LIVE_STATES, Job, JobKind, JobState, Queue
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind
from webapp.registry.services import BadCardError, register_builtin

logger = logging.getLogger(__name__)

AT_ONCE = 5000  # artworks mended by one round; the next round takes the rest
SETTLED_BADLY = (JobState.FAILED, JobState.DEAD)


def _unrendered() -> list[UUID]:
    files = Rendition.objects.filter(artwork=OuterRef("pk"), size=SCORED_SIZE, format="webp")
    wanting = Artwork.objects.exclude(state=ArtworkState.FAILED).filter(~Exists(files))
    return _ids(wanting.filter(~Exists(_render_jobs(OuterRef("pk"), LIVE_STATES))))


def _render(broken: Sequence[UUID]) -> int:
    redo = Job.objects.filter(kind=JobKind.RENDER, params_hash=RenderPass.FIRST, subject__in=broken)
    jobs.restart(redo.filter(state=JobState.DONE))
    jobs.enqueue_many(_owned(broken), kind=JobKind.RENDER, queue=Queue.IO)
    return _show_failures(broken, redo)


def _unscored() -> list[UUID]:
    version = registry.active(ModelKind.SCORER)
    if version is None:
        return []
    files = Rendition.objects.filter(artwork=OuterRef("pk"), size=SCORED_SIZE, format="webp")
    scores = Score.objects.filter(artwork=OuterRef("pk"), model_version=version)
    asked = Job.objects.filter(
        kind=JobKind.SCORE, subject=OuterRef("pk"), model_version=version.digest
    )
    wanting = Artwork.objects.exclude(state=ArtworkState.FAILED).filter(
        Exists(files), ~Exists(scores), ~Exists(asked.filter(state__in=LIVE_STATES))
    )
    gave_up = Q(state=ArtworkState.READY) & Q(Exists(asked.filter(state__in=SETTLED_BADLY)))
    return _ids(wanting.exclude(gave_up))


def _have_scored(broken: Sequence[UUID]) -> int:
    version = registry.active(ModelKind.SCORER)
    if version is None:
        return 0
    redo = Job.objects.filter(kind=JobKind.SCORE, model_version=version.digest, subject__in=broken)
    jobs.restart(redo.filter(state=JobState.DONE))
    judging = Artwork.objects.filter(pk__in=broken, state=ArtworkState.JUDGING)
    fresh = set(judging.values_list("pk", flat=True))
    ask_for_score(_owned(fresh), queue=Queue.GPU_INTERACTIVE)
    ask_for_score(_owned(set(broken) - fresh), queue=Queue.GPU_BATCH)
    return _show_failures(broken, redo)


def _unexplained() -> list[UUID]:
    """Artworks that show the active scorer's judgement, which nobody explains or gave up to."""
    model, scorer = registry.active(ModelKind.ATTRIBUTES), registry.active(ModelKind.SCORER)
    if model is None or scorer is None:
        return []
    known = Explained.objects.filter(artwork=OuterRef("pk"), model_version=model)
    asked = Job.objects.filter(
        kind=JobKind.EXPLAIN, subject=OuterRef("pk"), model_version=model.digest
    )
    judged = Artwork.objects.filter(
        Exists(_current_scores()), state=ArtworkState.READY, deleted_at=None
    )
    waiting = asked.filter(state__in=(*LIVE_STATES, *SETTLED_BADLY))
    return _ids(judged.filter(~Exists(known), ~Exists(waiting)))


def _have_explained(broken: Sequence[UUID]) -> int:
    model = registry.active(ModelKind.ATTRIBUTES)
    if model is None:
        return 0
    redo = Job.objects.filter(kind=JobKind.EXPLAIN, model_version=model.digest, subject__in=broken)
    jobs.restart(redo.filter(state=JobState.DONE))
    ask_for_explanations(_owned(broken))
    return len(broken)


def _unlooked() -> list[UUID]:
    """Artworks with display files that the active cropper has not seen, nor failed to look at."""
    cropper = registry.active(ModelKind.CROPPER)
    if cropper is None:
        return []
    seen = CropField.objects.filter(artwork=OuterRef("pk"), model_version=cropper)
    asked = Job.objects.filter(
        kind=JobKind.CROP, subject=OuterRef("pk"), model_version=cropper.digest,
        state__in=(*LIVE_STATES, *SETTLED_BADLY),
    )  # fmt: skip
    ready = Artwork.objects.filter(state=ArtworkState.READY, deleted_at=None)
    return _ids(ready.filter(~Exists(seen), ~Exists(asked)))


def _have_looked(broken: Sequence[UUID]) -> int:
    cropper = registry.active(ModelKind.CROPPER)
    if cropper is None:
        return 0
    redo = Job.objects.filter(kind=JobKind.CROP, model_version=cropper.digest, subject__in=broken)
    jobs.restart(redo.filter(state=JobState.DONE))
    ask_for_fields(_owned(broken))
    return len(broken)


def _unshown() -> list[UUID]:
    """Artworks that do not show the score they have: after a roll back, or a broken write."""
    current = Subquery(_current_scores().values("mean"))
    scored = Artwork.objects.annotate(current=current).filter(current__isnull=False)
    differing = Q(score_mean=None) | ~Q(score_mean=F("current"))
    return _ids(scored.filter(differing | Q(state=ArtworkState.JUDGING)))


@transaction.atomic
def _show(broken: Sequence[UUID]) -> int:
    locked = Artwork.objects.filter(pk__in=broken).held()
    owned = list(locked.values_list("pk", "owner_id"))
    shown = Artwork.objects.filter(pk__in=broken).update(
        score_mean=Subquery(_current_scores().values("mean")),
        state=ArtworkState.READY,
        error_code="",
        error_text="",
    )
    _publish(owned)
    return shown


def _without_bytes() -> list[int]:
    lost = Rendition.objects.filter(blob__in=_lost_blobs())
    return list(lost.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _render_again(broken: Sequence[int]) -> int:
    lost = Rendition.objects.filter(pk__in=broken)
    emptied = set(lost.values_list("blob", flat=True))
    artworks = set(lost.values_list("artwork", flat=True))
    Rendition.objects.filter(blob__in=emptied).delete()
    Blob.objects.filter(pk__in=emptied, artworks=None).delete()  # else storing them is skipped
    done = Job.objects.filter(kind=JobKind.RENDER, subject__in=artworks, state=JobState.DONE)
    jobs.restart(done)
    return len(broken)


def _previews_without_bytes() -> list[int]:
    lost = Advice.objects.filter(proposals__preview__in=_lost_blobs()).distinct()
    return list(lost.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _forget_advice(broken: Sequence[int]) -> int:
    """Its owner sees none, and may ask for it again."""
    lost = Proposal.objects.filter(advice__in=broken, preview__in=_lost_blobs())
    emptied = set(lost.values_list("preview", flat=True))
    Advice.objects.filter(proposals__preview__in=emptied).delete()
    Blob.objects.filter(pk__in=emptied, artworks=None, renditions=None).delete()
    return len(broken)


def _originals_without_bytes() -> list[UUID]:
    return _ids(Artwork.objects.filter(original__in=_lost_blobs()))


def _no_model() -> list[str]:
    return [] if registry.active(ModelKind.SCORER) else [ModelKind.SCORER.value]


def _register(_kinds: Sequence[str]) -> int:
    try:
        return len(register_builtin().activated)
    except BadCardError:
        logger.exception("the built-in models are not registered")
        return 0


def _render_jobs(subject: OuterRef, states: Sequence[str]) -> QuerySet[Job]:
    return Job.objects.filter(
        kind=JobKind.RENDER, params_hash=RenderPass.FIRST, subject=subject, state__in=states
    )


def _current_scores() -> QuerySet[Score]:
    """The score of the outer artwork by the active version."""
    return Score.objects.filter(
        artwork=OuterRef("pk"), model_version__kind=ModelKind.SCORER, model_version__state="active"
    )


def _lost_blobs() -> QuerySet[Blob]:
    """Blobs whose content is not in the database. Another storage is trusted to keep its bytes."""
    if not blobs.in_postgres():
        return Blob.objects.none()
    chunks = BlobChunk.objects.filter(content=OuterRef("content"))
    return Blob.objects.filter(~Exists(chunks), size__gt=0)


def _show_failures(artworks: Sequence[UUID], asked: QuerySet[Job]) -> int:
    """Mark artworks as failed whose job failed; returns how many of the artworks are mended."""
    for job in asked.filter(state__in=SETTLED_BADLY):
        with transaction.atomic():
            judging = Artwork.objects.filter(pk=job.subject, state=ArtworkState.JUDGING)
            if judging.update(
                state=ArtworkState.FAILED, error_code=job.error_code, error_text=job.error_text
            ):
                publish(job.owner_id, EventKind.ARTWORK_CHANGED, [job.subject])
    return len(artworks)


def _publish(owned: Sequence[tuple[UUID, int]]) -> None:
    for owner_id in sorted({owner for _, owner in owned}):
        ids = [pk for pk, owner in owned if owner == owner_id]
        publish(owner_id, EventKind.ARTWORK_CHANGED, ids)


def _owned(artworks: Collection[UUID]) -> list[tuple[UUID, int]]:
    return list(Artwork.objects.filter(pk__in=artworks).values_list("pk", "owner_id"))


def _ids(rows: QuerySet[Artwork]) -> list[UUID]:
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])


NO_MODEL = Check(
    "no_model", "no scorer is active", _no_model, _register,
    cure="Run `manage.py sync_models`; its files belong into ml/weights.",
)  # fmt: skip
ORIGINALS = Check(
    "original_without_bytes", "artworks have lost the bytes of their original",
    _originals_without_bytes, cure="Restore them from a backup (docs/runbook.md, Backup).",
)  # fmt: skip
RENDITIONS = Check(
    "rendition_without_bytes", "display files have lost their bytes", _without_bytes, _render_again
)
PREVIEWS = Check(
    "preview_without_bytes", "previews of the coach have lost their bytes",
    _previews_without_bytes, _forget_advice,
)  # fmt: skip
UNRENDERED = Check(
    "unrendered", "artworks have no display files and nobody is making them", _unrendered, _render
)
UNSCORED = Check(
    "unscored", "artworks lack the score of the active model and nobody is asked for it",
    _unscored, _have_scored,
)  # fmt: skip
UNEXPLAINED = Check(
    "unexplained", "artworks lack an explanation by the active model and nobody is asked for it",
    _unexplained, _have_explained,
)  # fmt: skip
UNLOOKED = Check(
    "unlooked", "artworks lack a crop field by the active cropper and nobody is asked for it",
    _unlooked, _have_looked,
)  # fmt: skip
UNSHOWN = Check("unshown", "artworks do not show the score they have", _unshown, _show)

ARTWORKS = (
    NO_MODEL, ORIGINALS, RENDITIONS, PREVIEWS, UNRENDERED, UNSCORED, UNSHOWN, UNEXPLAINED,
    UNLOOKED,
)  # fmt: skip
