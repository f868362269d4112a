"""Whether a version can judge at all: a worker loads its weights and compares golden answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from ml.contracts.verdict import ReasonCode, Ruling
from webapp.accounts.models import User
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.findings import Check
from webapp.jobs.models import Job, JobKind, Queue
from webapp.registry.models import ModelVersion, Proof
from webapp.training.telling import tell_staff

UNLOADABLE: Final = "unloadable"
GOLDEN: Final = "golden"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a version can judge nowhere: its code, and a sentence."""

    code: str
    text: str


def ask_for(version: ModelVersion, *, owner_id: int) -> None:
    """Have a worker that judges load it, inside the caller's transaction. Staff wait for it."""
    jobs.enqueue(
        kind=JobKind.PROVE, subject=version.pk, owner_id=owner_id, queue=Queue.GPU_INTERACTIVE
    )


@transaction.atomic
def record(claim: Claim, flaw: Flaw | None) -> None:
    """Keep what the worker found, None for nothing wrong. Raises LostLeaseError."""
    settled = jobs.finish(claim) if flaw is None else jobs.fail(claim, flaw.code, flaw.text)
    require(ours=settled)
    write_down(claim.subject, flaw)
    tell_staff([claim.subject])


@transaction.atomic
def set_back(claim: Claim, text: str) -> None:
    """It could not be tried; after too many attempts that is its flaw. Raises LostLeaseError."""
    if claim.attempt >= claim.max_attempts:
        record(claim, Flaw(UNLOADABLE, text))
    else:
        require(ours=jobs.release(claim, UNLOADABLE, text))


def write_down(version: UUID, flaw: Flaw | None) -> None:
    """Whether it can judge, inside the caller's transaction; its card may be tried again later."""
    ModelVersion.objects.filter(pk=version).update(
        proof=Proof.SOUND if flaw is None else Proof.REFUSED,
        flaw_code="" if flaw is None else flaw.code,
        flaw_text="" if flaw is None else flaw.text,
    )


def flaw_in(report: Mapping[str, Any]) -> Flaw | None:
    """What the gate found, which loads the written files anew, as JSON of a RunReport."""
    for reason in report["verdict"]["reasons"]:
        if reason["code"] == ReasonCode.GOLDEN and reason["ruling"] == Ruling.VETO:
            return Flaw(GOLDEN, str(reason["text"]))
    return None


def _unproven() -> list[ModelVersion]:
    """Versions with weights that nobody was ever asked to load: from before that was done."""
    asked = Job.objects.filter(kind=JobKind.PROVE, subject=OuterRef("pk"))
    waiting = ModelVersion.objects.defer("card").filter(proof=Proof.WAITING, builtin="")
    return list(waiting.filter(~Exists(asked), stored__isnull=False))


@transaction.atomic
def _ask(broken: Sequence[ModelVersion]) -> int:
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk").first()
    if staff is None:
        return 0
    for version in broken:
        ask_for(version, owner_id=staff.pk)
    return len(broken)


UNPROVEN = Check(
    "unproven", "no worker was asked whether these versions can judge", _unproven, _ask,
    cure="Make somebody staff, in whose name a worker is asked.",
)  # fmt: skip
