"""The library follows whoever judges: show what is known at once, ask for the rest in portions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from webapp.catalogue.models import Artwork, ArtworkState, Rendition
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.models import Score
from webapp.inference.reconcile import SETTLED_BADLY, UNSCORED
from webapp.inference.services import SCORED_SIZE
from webapp.jobs.models import Job, JobKind, JobState
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind

IDS_PER_EVENT: Final = 500
_RATE_OVER: Final = timedelta(minutes=5)

# Rows are locked in one order, as by those who record scores, so that nobody waits in a ring.
_SHOW = """
WITH held AS (
    SELECT artwork.id, score.mean
    FROM catalogue_artwork AS artwork
    JOIN inference_score AS score
        ON score.artwork_id = artwork.id AND score.model_version_id = %s
    WHERE artwork.score_mean IS DISTINCT FROM score.mean
    ORDER BY artwork.id
    FOR NO KEY UPDATE OF artwork
)
UPDATE catalogue_artwork AS artwork SET score_mean = held.mean
FROM held WHERE artwork.id = held.id
RETURNING artwork.owner_id, artwork.id
"""


@dataclass(frozen=True, slots=True)
class Rescoring:
    """How far the library has followed. `version`: who judges; None: nobody."""

    version: str | None
    total: int
    done: int
    failed: int
    eta_s: float | None


@transaction.atomic
def show_known() -> int:
    """Have every artwork that the active scorer has judged before show that; returns how many."""
    scorer = registry.active(ModelKind.SCORER)
    if scorer is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, [scorer.pk])
        rows: list[tuple[int, UUID]] = cursor.fetchall()
    for owner in sorted({owner for owner, _ in rows}):  # one order: no deadlocks over the streams
        theirs = [pk for each, pk in rows if each == owner]
        for start in range(0, len(theirs), IDS_PER_EVENT):
            publish(owner, EventKind.ARTWORK_CHANGED, theirs[start : start + IDS_PER_EVENT])
    return len(rows)


def ask_for_the_rest() -> int:
    """Have a portion of what lacks the active scorer's judgement judged, behind all that is urgent.

    Housekeeping asks for the next portions. Returns how many artworks are in this one.
    """
    waiting = UNSCORED.find()
    if waiting and UNSCORED.mend is not None:
        UNSCORED.mend(waiting)
    return len(waiting)


def progress() -> Rescoring:
    """Of all pictures that can be judged; the time left by the pace of the last minutes."""
    scorer = registry.active(ModelKind.SCORER)
    files = Rendition.objects.filter(artwork=OuterRef("pk"), size=SCORED_SIZE, format="webp")
    kept = Artwork.objects.filter(deleted_at=None).exclude(state=ArtworkState.FAILED)
    judged = kept.filter(Exists(files))
    total = judged.count()
    if scorer is None:
        return Rescoring(None, total, 0, 0, None)
    scores = Score.objects.filter(artwork=OuterRef("pk"), model_version=scorer)
    done = judged.filter(Exists(scores)).count()
    asked = Job.objects.filter(kind=JobKind.SCORE, model_version=scorer.digest)
    failed = asked.filter(state__in=SETTLED_BADLY, subject__in=judged.values("pk")).count()
    lately = asked.filter(state=JobState.DONE, finished_at__gt=timezone.now() - _RATE_OVER)
    left, pace = total - done - failed, lately.count() / _RATE_OVER.total_seconds()
    eta = 0.0 if left <= 0 else left / pace if pace else None
    return Rescoring(scorer.name, total, done, failed, eta)
