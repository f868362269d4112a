"""Who judges from now on: promote, roll back, and the written override of a verdict."""

import logging
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import transaction

from webapp.accounts.models import User
from webapp.common.errors import ApplicationError, Conflict, NotFound
from webapp.inference import rescoring
from webapp.jobs import bells
from webapp.registry import selectors as registry
from webapp.registry.models import ChangeKind, ModelKind, ModelVersion, Proof, VersionState
from webapp.registry.services import activate, hold_kind
from webapp.training.models import Override, RunState, TrainingRun
from webapp.training.telling import tell_staff

logger = logging.getLogger(__name__)

UNCHECKED: Final = (
    "No worker has loaded it yet to see whether it answers as its card says. The next free one"
    " does; should this last, look at the workers on the page Jobs."
)
CURE: Final = (
    "Whoever made it must export sound weights, under another name. If the fault was the worker's,"
    " retry its check on the page Jobs."
)
OWN_CURE: Final = "Repeat its run; if that says the same, look at the machine that trains."
LEAST_REASON: Final = 10  # letters: a reason that others can understand
REASON_LENGTH: Final = 500


class BadReason(ApplicationError):
    """Whoever overrides must say why in words."""

    code = "bad_reason"


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a version may not judge, for programs and for people."""

    code: str
    text: str


@transaction.atomic
def promote(by: User, version: ModelVersion, *, reason: str = "") -> None:
    """Let it judge.

    Raises NotFound, and Conflict with the code of what bars it (see `bar_to_promotion`).
    """
    champion = hold_kind(version.kind)
    _look_again(version)
    barred = bar_to_promotion(by, version, champion)
    if barred is not None:
        raise Conflict(barred.text, code=barred.code)
    if not registry.weights_kept(version):
        raise Conflict(f"The weights of {version.name} are no longer here.", code="weights_gone")
    override = standing_override(version, champion)
    if override is not None and not _proven(version, champion):
        own = f" / {by}: {reason}" if reason else ""
        reason = f"Override by {override.by}: {override.reason}{own}"
        logger.warning(
            "%s promotes %s without the gate's yes, by an override of %s, whose account is of %s",
            by, version.name, override.by, override.by and override.by.date_joined.date(),
        )  # fmt: skip
    Override.objects.filter(version=version).delete()
    activate(version, why=ChangeKind.PROMOTED, by=by, reason=reason[:REASON_LENGTH])
    _follow(version, champion)


@transaction.atomic
def roll_back(by: User, version: ModelVersion, *, reason: str = "") -> ModelVersion:
    """Let the version judge again that did so before this one; its scores are there at once.

    Raises Conflict `champion_changed` unless this one judges, `nothing_before`, `weights_gone`.
    """
    champion = hold_kind(version.kind)
    before = registry.previous(ModelKind(version.kind))
    barred = bar_to_rollback(version, champion, before)
    if barred is not None:
        raise Conflict(barred.text, code=barred.code)
    assert before is not None
    activate(before, why=ChangeKind.ROLLED_BACK, by=by, reason=reason[:REASON_LENGTH])
    _follow(before, champion)
    return before


@transaction.atomic
def override(by: User, version: ModelVersion, *, reason: str) -> Override:
    """Write down why it may replace who judges without the gate's yes; somebody else promotes it.

    Raises BadReason, NotFound, and Conflict `already_judging` or the code of its flaw.
    """
    reason = reason.strip()
    if len(reason) < LEAST_REASON:
        raise BadReason("Say why, so that others understand it later.")
    champion = hold_kind(version.kind)
    _look_again(version)
    if version.state == VersionState.ACTIVE:
        raise Conflict("It judges already.", code="already_judging")
    flawed = bar_of_flaw(version)
    if flawed is not None:
        raise Conflict(flawed.text, code=flawed.code)
    Override.objects.filter(version=version).delete()
    made = Override.objects.create(version=version, by=by, against=champion, reason=reason)
    tell_staff([version.pk])
    return made


@transaction.atomic
def withdraw_override(version: ModelVersion) -> None:
    """Take it back; what was promoted by it stays. Idempotent."""
    Override.objects.filter(version=version).delete()
    tell_staff([version.pk])


def bar_to_promotion(by: User, version: ModelVersion, champion: ModelVersion | None) -> Bar | None:
    """What keeps this person from promoting it; None: nothing does.

    It needs weights that workers load and that answer as its card says, and a passed run against
    whoever judges now, or an override by somebody else.
    """
    if version.state == VersionState.ACTIVE:
        return Bar("already_judging", "It judges already.")
    unproven = _bar_of_proof(version)
    if unproven is not None:
        return unproven
    if _proven(version, champion):
        return None
    override = standing_override(version, champion)
    if override is not None and override.by_id != by.pk:
        return None
    if override is not None:
        text = (
            "You wrote its override yourself: somebody else of the staff must promote it. Should"
            " nobody else be, make somebody staff on the page Account."
        )
        return Bar("own_override", text)
    runs = _verdicts(version)
    if any(run.passed for run in runs):
        text = "It was compared with a model that is in use no more. Repeat its run, or override."
        return Bar("champion_changed", text)
    if runs:
        return Bar("gate_failed", "The gate said no. It needs an override by somebody else.")
    return Bar("no_verdict", "No gate has looked at it here. It needs an override.")


def bar_of_flaw(version: ModelVersion) -> Bar | None:
    """That workers refuse it, which nobody can override; None: none has refused it."""
    if version.builtin or version.proof != Proof.REFUSED:
        return None
    cure = OWN_CURE if _verdicts(version) else CURE
    text = f"Workers refuse it: {version.flaw_text} No override helps. {cure}"
    return Bar(version.flaw_code, text)


def bar_to_rollback(
    version: ModelVersion, champion: ModelVersion | None, before: ModelVersion | None
) -> Bar | None:
    """What keeps anybody from rolling back from this version; None: nothing does."""
    if champion is None or champion.pk != version.pk:
        return Bar("champion_changed", "It does not judge (any more): look again who does.")
    if before is None or before.pk == version.pk:
        return Bar("nothing_before", "No version judged before this one.")
    if not registry.weights_kept(before):
        return Bar("weights_gone", f"The weights of {before.name} are no longer here.")
    return bar_of_flaw(before)


def standing_override(version: ModelVersion, champion: ModelVersion | None) -> Override | None:
    """The override that counts now: against this champion, by somebody who is staff still."""
    found: Override | None = getattr(version, "override", None)
    if found is None or found.by is None or not (found.by.is_active and found.by.is_staff):
        return None
    return found if found.against_id == (None if champion is None else champion.pk) else None


def _bar_of_proof(version: ModelVersion) -> Bar | None:
    """What a worker has yet to show, or could not; None for what shipped with the code."""
    if version.builtin or version.proof == Proof.SOUND:
        return None
    return bar_of_flaw(version) or Bar("not_checked", UNCHECKED)


def _proven(version: ModelVersion, champion: ModelVersion | None) -> bool:
    """Whether a run of it passed the gate against exactly this champion."""
    against = None if champion is None else champion.pk
    return any(run.passed and run.champion_id == against for run in _verdicts(version))


def _verdicts(version: ModelVersion) -> list[TrainingRun]:
    return [run for run in version.runs.all() if run.state == RunState.DONE]


def _look_again(version: ModelVersion) -> None:
    """As it is under the lock."""
    try:
        version.refresh_from_db()
    except ModelVersion.DoesNotExist as error:
        raise NotFound from error


def _follow(version: ModelVersion, champion: ModelVersion | None) -> None:
    """Everything else follows once it is certain: what workers hold, what artworks show."""
    if version.kind == ModelKind.SCORER:
        rescoring.show_known()  # artworks, then streams: the order in which everybody locks them
    tell_staff([each.pk for each in (version, champion) if each is not None])
    transaction.on_commit(partial(_ask, version), robust=True)


def _ask(version: ModelVersion) -> None:
    """The first portion now; housekeeping, which is rung, asks for the others."""
    if version.kind == ModelKind.SCORER:
        rescoring.ask_for_the_rest()
    bells.ask_to_tidy()
