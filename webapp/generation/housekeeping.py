"""What runs every few minutes for the studio."""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from webapp.generation.models import Generation
from webapp.generation.selectors import QUOTA_PERIOD
from webapp.generation.services import ask
from webapp.jobs.findings import Check, Finding, examine
from webapp.jobs.models import Job, JobKind

logger = logging.getLogger(__name__)


def tidy_generations() -> list[Finding]:
    """One round; what was found, mended. Safe to run twice, and beside itself."""
    findings = examine(GENERATIONS, mending=True)
    for finding in findings:
        logger.warning("%s: %s (%d)", finding.code, finding.text, finding.count)
    counted = Generation.objects.asked_since(timezone.now() - QUOTA_PERIOD)
    thrown_away = Generation.objects.filter(deleted_at__isnull=False)
    thrown_away.exclude(pk__in=counted.values("pk")).delete()
    return findings


def _unmade() -> list[UUID]:
    asked = Job.objects.filter(kind=JobKind.GENERATE, subject=OuterRef("pk"))
    wanted = Generation.objects.filter(~Exists(asked), deleted_at=None, made__lt=F("count"))
    return list(wanted.values_list("pk", flat=True))


def _make(broken: Sequence[UUID]) -> int:
    for generation in Generation.objects.select_related("model_version").filter(pk__in=broken):
        ask(generation)
    return len(broken)


UNMADE = Check(
    "unmade", "pictures were asked for and nobody makes them", _unmade, _make
)  # fmt: skip
GENERATIONS = (UNMADE,)
