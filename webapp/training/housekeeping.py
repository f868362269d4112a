"""Find runs and snapshots that nobody works on, and let somebody."""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from webapp.accounts.models import User
from webapp.jobs.findings import Check, examine
from webapp.jobs.models import LIVE_STATES, Job, JobKind
from webapp.training import runs
from webapp.training.freezing import UNFROZEN
from webapp.training.models import RunState, TrainingRun
from webapp.training.proving import UNPROVEN

logger = logging.getLogger(__name__)


def tidy_training() -> int:
    """Mend what was forgotten; returns how many kinds of it there were."""
    findings = examine(TRAINING, mending=True)
    for finding in findings:
        logger.warning("%s: %s (%d)", finding.code, finding.text, finding.count)
    return len(findings)


def _untrained() -> list[UUID]:
    """Runs that wait or go on while no job asks for them: its owner's account was deleted."""
    live = Job.objects.filter(kind=JobKind.TRAIN, subject=OuterRef("pk"), state__in=LIVE_STATES)
    waiting = TrainingRun.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING))
    return list(waiting.filter(~Exists(live)).values_list("pk", flat=True))


@transaction.atomic
def _ask(broken: Sequence[UUID]) -> int:
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk").first()
    for run in TrainingRun.objects.filter(pk__in=broken):
        owner = run.by_id or (staff.pk if staff else None)
        if owner is None:
            return 0
        Job.objects.filter(kind=JobKind.TRAIN, subject=run.pk).delete()
        runs.ask_for(run, owner_id=owner)
    return len(broken)


UNTRAINED = Check(
    "untrained", "training runs wait and no worker is asked for them", _untrained, _ask,
    cure="Make somebody staff, in whose name they go on.",
)  # fmt: skip

TRAINING = (UNTRAINED, UNFROZEN, UNPROVEN)
