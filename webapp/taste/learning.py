"""What a head learns from, and keeping what came out. The worker in between does the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from ml.contracts.taste import MOST
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.models import Score
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.models import LIVE_STATES, Job, JobKind
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind
from webapp.taste.asking import SETTLED_BADLY, ask_for_embeddings, ask_to_learn, unplaced
from webapp.taste.models import Embedding, Pick, Taste, TasteScore
from webapp.taste.spaces import space

BULK = 5000


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture with its embedding (16-bit floats) and the crowd's score, 1 to 10."""

    artwork: UUID
    vector: bytes
    score: float


@dataclass(frozen=True, slots=True)
class Order:
    """What to do for one person.

    ``head``: fitted to the very same picks, so that only ``library`` is to be valued with it;
    empty when there is none. ``library``: what lacks a value.
    """

    taste: Taste
    space: str
    scorer: str
    read_at: datetime
    picks: Sequence[tuple[Placed, bool]]
    head: bytes
    library: Sequence[Placed]


@dataclass(frozen=True, slots=True)
class Learned:
    """What came out: ``head`` and ``badge`` empty when there is too little to learn from."""

    head: bytes
    badge: dict[str, Any]
    values: Sequence[tuple[UUID, float]]


def order_of(claim: Claim) -> Order | None:
    """What is to be learned; None, and the job is done with, when the person had it deleted."""
    read_at = timezone.now()
    taste = Taste.objects.filter(pk=claim.subject).first()
    if taste is None:
        Job.objects.filter(pk=claim.id).delete()
        return None
    where, scorer = space(), registry.active(ModelKind.SCORER)
    head = b"" if _is_outdated(taste) else bytes(taste.head)
    return Order(
        taste=taste,
        space=where,
        scorer="" if scorer is None else scorer.digest,
        read_at=read_at,
        picks=[] if head else _picks(taste, where),
        head=head,
        library=_library(taste, where, unvalued=bool(head)),
    )


@transaction.atomic
def record(claim: Claim, order: Order, learned: Learned) -> None:
    """Keep head, badge and values, and ask for more when more is there by now.

    Raises LostLeaseError, and keeps nothing, when another worker does it by now or the person had
    everything deleted.
    """
    require(ours=jobs.finish(claim))
    taste = order.taste
    if not order.head:
        TasteScore.objects.filter(taste=taste).delete()
        Taste.objects.filter(pk=taste.pk).update(
            space=order.space, head=learned.head, picks=len(order.picks), fitted_at=order.read_at,
            badge=learned.badge and {**learned.badge, "scorer": order.scorer},
        )  # fmt: skip
    TasteScore.objects.bulk_create(
        [TasteScore(taste=taste, artwork_id=pk, value=value) for pk, value in learned.values],
        batch_size=BULK, update_conflicts=True,
        unique_fields=["taste", "artwork"], update_fields=["value"],
    )  # fmt: skip
    ask_for_embeddings(unplaced().filter(owner=taste.user_id))
    if _behind(Taste.objects.filter(pk=taste.pk)).exists():
        ask_to_learn(taste)
    publish(taste.user_id, EventKind.TASTE_CHANGED, [])


def forgotten() -> list[UUID]:
    """Tastes that are behind, with nobody asked and nobody who gave up."""
    asked = Job.objects.filter(kind=JobKind.TASTE, subject=OuterRef("pk"))
    waiting = asked.filter(state__in=(*LIVE_STATES, *SETTLED_BADLY))
    behind = _behind(Taste.objects.filter(~Exists(waiting)))
    return list(behind.values_list("pk", flat=True))


def _behind(tastes: QuerySet[Taste]) -> QuerySet[Taste]:
    """Whose head is outdated, or whose library has pictures without a value."""
    unvalued = Q(badge__shown=True) & Q(Exists(_unvalued()))
    return _with_known(tastes).filter(_outdated() | unvalued)


def _is_outdated(taste: Taste) -> bool:
    return _with_known(Taste.objects.filter(pk=taste.pk)).filter(_outdated()).exists()


def _outdated() -> Q:
    """Of a head that does not know every pick, lives elsewhere, or heard other scores."""
    where, scorer = space(), registry.active(ModelKind.SCORER)
    digest = "" if scorer is None else scorer.digest
    newer = _learnable(OuterRef("user"), where).filter(picked_at__gt=OuterRef("fitted_at"))
    scores = Score.objects.filter(
        artwork__picks__user=OuterRef("user"), model_version__digest=digest,
        created_at__gt=OuterRef("fitted_at"),
    )  # fmt: skip
    other = ~Q(space=where) | ~Q(badge={}) & ~Q(badge__scorer=digest)
    unknown = ~Q(picks=F("known")) | Q(Exists(newer))
    return Q(fitted_at=None) | unknown | Q(Exists(scores)) | other


def _with_known(tastes: QuerySet[Taste]) -> QuerySet[Taste]:
    """With `known`: how many picks a head would learn from now."""
    own = _learnable(OuterRef("user"), space()).order_by().values("user")
    known = own.annotate(known=Count("pk")).values("known")
    least = Least(Coalesce(Subquery(known), 0), MOST, output_field=IntegerField())
    return tastes.annotate(known=least)


def _unvalued() -> QuerySet[Embedding]:
    """Of the outer taste: placed pictures without a value, where values are shown."""
    values = TasteScore.objects.filter(taste=OuterRef(OuterRef("pk")), artwork=OuterRef("artwork"))
    return Embedding.objects.filter(
        ~Exists(values), artwork__owner=OuterRef("user"), artwork__deleted_at=None,
        artwork__score_mean__isnull=False, space=space(),
    )  # fmt: skip


def _learnable(user: Any, where: str) -> QuerySet[Pick]:
    """Picks of pictures that are still there, with a score and an embedding (`placed`)."""
    placed = FilteredRelation("artwork__embeddings", condition=Q(artwork__embeddings__space=where))
    picks = Pick.objects.filter(user=user).annotate(placed=placed)
    return picks.filter(
        placed__isnull=False, artwork__deleted_at=None, artwork__score_mean__isnull=False
    )


def _picks(taste: Taste, where: str) -> list[tuple[Placed, bool]]:
    """The newest, in the order in which they were made."""
    columns = ("artwork_id", "placed__vector", "artwork__score_mean", "liked")
    newest = _learnable(taste.user_id, where).order_by("-picked_at", "-pk")[:MOST]
    rows = list(newest.values_list(*columns))
    return [
        (Placed(artwork, bytes(vector), score), liked)
        for artwork, vector, score, liked in reversed(rows)
    ]


def _library(taste: Taste, where: str, *, unvalued: bool) -> list[Placed]:
    found = Embedding.objects.filter(
        space=where, artwork__owner=taste.user_id, artwork__deleted_at=None,
        artwork__score_mean__isnull=False,
    )  # fmt: skip
    if unvalued:
        values = TasteScore.objects.filter(taste=taste, artwork=OuterRef("artwork"))
        found = found.filter(~Exists(values))
    rows = found.values_list("artwork_id", "vector", "artwork__score_mean")
    return [
        Placed(artwork, bytes(vector), score)
        for artwork, vector, score in rows.iterator()
        if score is not None
    ]
