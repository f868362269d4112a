"""Ask the scorer for its opinion of crops, and record it. An opinion settles with its job."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ml.contracts.crops import Box
from ml.contracts.results import ScoreResult
from webapp.catalogue.models import Artwork
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.explaining import NoModel, NotReady
from webapp.inference.models import CropOpinion, Score
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import Job, JobKind, Queue
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion

_SEEN_AGAIN = timedelta(days=1)  # dragging a point reads the same crops many times


@transaction.atomic
def ask_opinions(artwork: Artwork, boxes: Collection[Box]) -> int:
    """Have the scorer judge crops of an artwork; returns how many it has not judged yet.

    Idempotent. Raises NotReady before the artwork itself has its score, NoModel without a scorer.
    """
    scorer = registry.active(ModelKind.SCORER)
    if scorer is None:
        raise NoModel("No scorer is installed here. The operator must install one.")
    if not Score.objects.filter(artwork=artwork, model_version=scorer).exists():
        raise NotReady("The picture has no score yet. Ask about its crops when it has one.")
    known = {each.box for each in CropOpinion.objects.filter(artwork=artwork, model_version=scorer)}
    fresh = set(boxes) - known
    if fresh:
        _ask(artwork, fresh, scorer)
    return len(fresh)


@transaction.atomic
def record_opinions(judged: Sequence[tuple[Claim, ScoreResult]], scorer: ModelVersion) -> set[UUID]:
    """Keep the opinions of a batch; returns the artworks whose crops they are.

    Claims that were lost, and artworks that are gone, are left out. The jobs go: dragging a focal
    point asks for hundreds, and an artwork tells of all its jobs.
    """
    ours = jobs.finish_many([claim for claim, _ in judged])
    Job.objects.filter(pk__in=ours).delete()
    # Asked of two scorers, a crop may come twice.
    kept = {(it.subject, it.params): result for it, result in judged if it.id in ours}
    subjects = {subject for subject, _ in kept}
    locked = Artwork.objects.filter(pk__in=subjects).held()
    owners = dict(locked.values_list("pk", "owner_id"))
    CropOpinion.objects.bulk_create(
        [
            _opinion(subject, Box.parse(box), result, scorer)
            for (subject, box), result in kept.items()
            if subject in owners
        ],
        update_conflicts=True,
        unique_fields=["artwork", "model_version", "x", "y", "width", "height"],
        update_fields=["distribution", "mean", "sd", "low", "high", "created_at"],
    )
    for owner_id in sorted(set(owners.values())):  # one order: no deadlocks over the streams
        mine = [pk for pk, owner in owners.items() if owner == owner_id]
        publish(owner_id, EventKind.ARTWORK_CHANGED, mine)
    return set(owners)


def seen(shown: Collection[CropOpinion]) -> None:
    """Somebody looked at these: they are kept from now on as if they were new."""
    stale = timezone.now() - _SEEN_AGAIN
    old = [opinion.pk for opinion in shown if opinion.created_at < stale]
    if old:
        CropOpinion.objects.filter(pk__in=old).update(created_at=timezone.now())


def drop_before(moment: datetime) -> int:
    """Throw away the opinions that nobody saw since then; returns how many."""
    gone, _ = CropOpinion.objects.filter(created_at__lt=moment).delete()
    return gone


def _ask(artwork: Artwork, boxes: Collection[Box], scorer: ModelVersion) -> None:
    queue = Queue.GPU_INTERACTIVE
    asked = [
        jobs.enqueue(
            kind=JobKind.JUDGE, subject=artwork.pk, owner_id=artwork.owner_id, queue=queue,
            model_version=scorer.digest, params=str(box),
        )
        for box in sorted(boxes, key=str)
    ]  # fmt: skip
    jobs.urge(Job.objects.filter(pk__in=[job.pk for job in asked]), queue=queue)
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])


def _opinion(subject: UUID, box: Box, result: ScoreResult, scorer: ModelVersion) -> CropOpinion:
    return CropOpinion(
        artwork_id=subject,
        model_version=scorer,
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        distribution=list(result.distribution),
        mean=result.mean,
        sd=result.sd,
        low=result.low,
        high=result.high,
    )
