"""What runs every few minutes: mend what was forgotten, throw away what nobody needs."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from webapp.catalogue.garbage import Collected, collect_garbage
from webapp.catalogue.models import Artwork
from webapp.events.models import Event
from webapp.inference import rescoring
from webapp.inference.reconcile import ARTWORKS, AT_ONCE
from webapp.jobs import beats
from webapp.jobs.findings import Finding, examine
from webapp.jobs.models import Job
from webapp.jobs.selectors import FORGOTTEN_AFTER

logger = logging.getLogger(__name__)

_ONE_AT_A_TIME = 0x686F757365  # the key of the advisory lock
_AT_ONCE = 500
MOST_PORTIONS = 100  # a round of housekeeping ends, however large the library is


@dataclass(frozen=True, slots=True)
class Tidied:
    """What a round found and threw away."""

    findings: tuple[Finding, ...]
    artworks: int
    events: int
    garbage: Collected


def tidy() -> Tidied | None:
    """One round; None when another process is in the middle of one."""
    if not _locked():
        return None
    try:
        findings = tuple(examine(ARTWORKS, mending=True))
        for finding in findings:
            logger.warning("%s: %s (%d)", finding.code, finding.text, finding.count)
        _ask_for_all_scores()
        beats.forget_silent(longer_than=FORGOTTEN_AFTER)
        return Tidied(findings, _emptied_trash(), _old_events(), collect_garbage())
    finally:
        _unlock()


def _ask_for_all_scores() -> None:
    """After another scorer was chosen: the portions that the checks above left."""
    for _ in range(MOST_PORTIONS):
        if rescoring.ask_for_the_rest() < AT_ONCE:
            return


def _emptied_trash() -> int:
    """Artworks whose owner deleted them long ago, with everything that was made from them."""
    before = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    gone = list(Artwork.objects.filter(deleted_at__lt=before).values_list("pk", flat=True))
    for start in range(0, len(gone), _AT_ONCE):
        part = gone[start : start + _AT_ONCE]
        with transaction.atomic():
            Job.objects.filter(subject__in=part).delete()
            Artwork.objects.filter(pk__in=part).delete()
    return len(gone)


def _old_events() -> int:
    """Whoever asks for trimmed events is told to fetch afresh."""
    before = timezone.now() - timedelta(days=settings.EVENT_DAYS)
    gone, _ = Event.objects.filter(created_at__lt=before).delete()
    return gone


def _locked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_AT_A_TIME])
        return bool(cursor.fetchone()[0])


def _unlock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])
