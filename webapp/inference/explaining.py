"""Ask for explanations of judgements, and record them. Maps and values settle with their job."""

from collections.abc import Collection
from typing import TypedDict
from uuid import UUID

from django.db import transaction

from ml.contracts.explanations import AttributeReading, Explanation, MapTile
from webapp.catalogue.models import Artwork
from webapp.common.errors import Conflict
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.models import AttributeMap, AttributeValue, Explained, Score
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.models import Job, JobKind, Queue
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion, VersionState

LATER_SECONDS = 10  # after the score: other fresh uploads go first
LATER_PRIORITY = -10


class Pair(TypedDict):
    """Which artwork was explained, by which model, to whose judgement."""

    artwork: Artwork
    model_version: ModelVersion
    scorer: ModelVersion


class NotReady(Conflict):
    """The owner must wait for the score."""

    code = "not_ready"


class ModelRetired(Conflict):
    """The reader must ask for a version that judges, or the operator bring this one back."""

    code = "model_retired"


class NoModel(Conflict):
    """The operator must install the model."""

    code = "no_model"


def ask_for_explanations(artworks: Collection[tuple[UUID, int]]) -> int:
    """Have (artwork, owner) pairs explained in the background; returns how many became waiting.

    Those that the active attribute model explained already, to whatever scorer, are left out.
    """
    pair = _pair()
    if pair is None:
        return 0  # activating one asks for all that lack an explanation
    model, scorer = pair
    known = Explained.objects.filter(
        model_version=model, artwork__in=[artwork for artwork, _ in artworks]
    )
    have = set(known.values_list("artwork", flat=True))
    return jobs.enqueue_many(
        [each for each in artworks if each[0] not in have],
        kind=JobKind.EXPLAIN,
        queue=Queue.GPU_BATCH,
        model_version=model.digest,
        params=scorer.digest,
        priority=LATER_PRIORITY,
        delay_seconds=LATER_SECONDS,
    )


@transaction.atomic
def explain_now(artwork: Artwork, *, scorer: ModelVersion | None = None) -> None:
    """Somebody looks at the artwork and waits for its explanation. Idempotent.

    Raises ModelRetired for a `scorer` that does not judge now, NotReady before the artwork has
    its score, NoModel without an attribute model.
    """
    if scorer is not None and scorer.state != VersionState.ACTIVE:
        raise ModelRetired(
            f"{scorer.name} does not judge now, and only the model that judges can be explained."
            " Ask without a model, or have the operator bring this one back."
        )
    pair = _pair()
    if pair is None:
        raise NoModel("No attribute model is installed here. The operator must install one.")
    model, judge = pair
    if not Score.objects.filter(artwork=artwork, model_version=judge).exists():
        raise NotReady("The picture has no score yet. Ask again when it has one.")
    pairs = {"model_version": model, "scorer": judge}
    if not Explained.objects.filter(artwork=artwork, **pairs).exists():
        ask_first(artwork, kind=JobKind.EXPLAIN, model_version=model.digest, params=judge.digest)


def ask_first(artwork: Artwork, *, kind: JobKind, model_version: str, params: str) -> None:
    """Ask the models something that a person waits for; what was asked already comes first."""
    queue = Queue.GPU_INTERACTIVE
    job = jobs.enqueue(
        kind=kind, subject=artwork.pk, owner_id=artwork.owner_id, queue=queue,
        model_version=model_version, params=params,
    )  # fmt: skip
    jobs.urge(Job.objects.filter(pk=job.pk), queue=queue)
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])


@transaction.atomic
def record_explanation(
    claim: Claim, explanation: Explanation, *, model: ModelVersion, scorer: ModelVersion
) -> bool:
    """Keep values, maps and palette in place of earlier ones; False for an artwork that is gone.

    Raises LostLeaseError, and keeps nothing, when the job belongs to another worker by now.
    """
    require(ours=jobs.finish(claim))
    artwork = Artwork.objects.filter(pk=claim.subject).held().first()
    if artwork is None:
        return False
    pair: Pair = {"artwork": artwork, "model_version": model, "scorer": scorer}
    AttributeValue.objects.filter(artwork=artwork, model_version=model).delete()
    AttributeValue.objects.bulk_create(
        _value(reading, artwork, model) for reading in explanation.readings
    )
    AttributeMap.objects.filter(**pair).delete()
    tiles = enumerate(explanation.tiles)
    AttributeMap.objects.bulk_create(_map(tile, place, pair) for place, tile in tiles)
    Explained.objects.update_or_create(**pair, defaults={"palette": list(explanation.palette)})
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])
    return True


def _pair() -> tuple[ModelVersion, ModelVersion] | None:
    """The attribute model and the scorer that are active."""
    model, scorer = registry.active(ModelKind.ATTRIBUTES), registry.active(ModelKind.SCORER)
    return None if model is None or scorer is None else (model, scorer)


def _value(reading: AttributeReading, artwork: Artwork, model: ModelVersion) -> AttributeValue:
    return AttributeValue(
        artwork=artwork,
        model_version=model,
        key=reading.key,
        value=reading.value,
        percentile=reading.percentile,
        source=reading.source.value,
    )


def _map(tile: MapTile, place: int, pair: Pair) -> AttributeMap:
    return AttributeMap(
        **pair, kind=tile.kind.value, key=tile.key, png=tile.png, peak=tile.peak, place=place
    )
