"""Snapshots: ask for one, list them, throw one away; what a run needs of one."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from ml.contracts.retrain import DataSource
from webapp.accounts.models import User
from webapp.catalogue.models import Visitor
from webapp.common.errors import ApplicationError, Conflict, NotFound
from webapp.jobs.models import Job, JobKind
from webapp.registry.models import ModelKind
from webapp.training.freezing import ask_to_freeze
from webapp.training.models import (
    RunRecipe,
    Snapshot,
    SnapshotPicture,
    SnapshotState,
    TrainingRun,
)
from webapp.training.previews import preview
from webapp.training.sources import LIBRARY
from webapp.training.specs import Spec, Target, of_attribute, overall, target_of
from webapp.training.telling import tell_staff
from webapp.training.usable import is_gone

MOST_LISTED: Final = 200


class NotEnough(ApplicationError):
    """The admin must choose other sources or ask a crowd."""

    code = "not_enough"


class SnapshotUsed(Conflict):
    """A run learned from it, or its test has judged: both must be remembered."""

    code = "snapshot_used"


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture of a snapshot; without ``src`` it was deleted or withdrawn."""

    sha256: str
    src: str | None
    title: str


@transaction.atomic
def create(asker: User, *, name: str, spec: Spec) -> Snapshot:
    """Have one frozen.

    Raises NotEnough with the problem of the preview, UnknownTarget, UnknownSource.
    """
    problem = preview(asker, spec)["problem"]
    if problem is not None:
        raise NotEnough(problem["text"], code=problem["code"])
    attribute = target_of(spec.target).attribute
    snapshot = Snapshot.objects.create(
        name=name, by=asker, attribute=attribute, spec=spec.as_json()
    )
    ask_to_freeze(snapshot, owner_id=asker.pk)
    tell_staff([snapshot.pk])
    return snapshot


@transaction.atomic
def delete(snapshot: Snapshot) -> None:
    """With its manifest; a worker in the middle of it stops. Raises SnapshotUsed."""
    held = Snapshot.objects.select_for_update(of=("self",)).only("judged").filter(pk=snapshot.pk)
    found = held.first()
    if found is None:
        raise NotFound
    if TrainingRun.objects.filter(snapshot=snapshot.pk).exists():
        raise SnapshotUsed("A training run learned from it. Delete its runs first.")
    if found.judged:
        raise SnapshotUsed(
            f"Its test has judged {len(found.judged)} challengers. The gate asks more of each"
            " further one, which would be forgotten with it: it stays.",
            code="snapshot_judged",
        )
    Job.objects.filter(kind=JobKind.FREEZE, subject=snapshot.pk).delete()
    tell_staff([snapshot.pk])
    snapshot.delete()


def listed(viewer: Visitor) -> QuerySet[Snapshot]:
    """What the viewer may see, newest first, with `gone` and `run_count`; without manifests."""
    gone = SnapshotPicture.objects.filter(is_gone(), snapshot=OuterRef("pk"))
    runs = TrainingRun.objects.filter(snapshot=OuterRef("pk"))
    found = Snapshot.objects.visible_to(viewer).select_related("by", "attribute")
    return (
        found.defer("manifest")
        .annotate(gone=_count(gone), run_count=_count(runs))
        .order_by("-created_at", "pk")
    )


def snapshot_of(viewer: Visitor, pk: UUID) -> Snapshot:
    """One that the viewer may see. Raises NotFound."""
    found = listed(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def manifest_of(snapshot: Snapshot) -> bytes:
    """The file, the same for ever. Raises Conflict before it is frozen."""
    if snapshot.state != SnapshotState.FROZEN:
        raise Conflict(f"It is not frozen: it is {snapshot.state}.", code="not_frozen")
    return gzip.decompress(bytes(snapshot.manifest))


def target_in(snapshot: Snapshot) -> Target:
    """What a model is to learn from it, also when nobody is asked about it any more."""
    return overall() if snapshot.attribute is None else of_attribute(snapshot.attribute)


def kind_in(snapshot: Snapshot, recipe: str) -> ModelKind:
    """Which kind of model the recipe makes of it."""
    if recipe == RunRecipe.GENERATOR:
        return ModelKind.GENERATOR
    return ModelKind.SCORER if snapshot.attribute_id is None else ModelKind.ATTRIBUTES


def data_sources(snapshot: Snapshot) -> tuple[DataSource, ...]:
    """For the card of what is learned from it, as they were when it was frozen."""
    return tuple(
        DataSource(each["name"], each["title"], each["licence"], each["pictures"], each["votes"])
        for each in snapshot.report.get("sources", [])
    )


def slices(snapshot: Snapshot) -> dict[str, str]:
    """Titles by tag of the manifest: the parts of the pictures that a verdict looks at one by one.

    A source that is the only one is no part.
    """
    found = {"photo": "Photos", "painting": "Paintings"}
    sources = snapshot.report.get("sources", [])
    if len(sources) > 1:
        found |= {each["name"]: _title(each) for each in sources}
    return found


def pictures_of(wanted: dict[UUID, set[str]]) -> dict[tuple[UUID, str], ShownPicture]:
    """Pictures by snapshot and file, in two queries; what is not in the snapshot is left out."""
    files = {sha256 for each in wanted.values() for sha256 in each}
    rows = SnapshotPicture.objects.filter(snapshot__in=wanted, sha256__in=files).annotate(
        gone=Case(When(is_gone(), then=True), default=False)
    )
    found = {}
    for pk, sha256, title, filename, gone in rows.values_list(
        "snapshot", "sha256", "artwork__title", "artwork__filename", "gone"
    ):
        src = None if gone else reverse("snapshot-picture", args=[pk, sha256])
        found[pk, sha256] = ShownPicture(sha256, src, "" if gone else title or filename or "")
    return found


def examples_of(snapshots: Sequence[Snapshot]) -> dict[UUID, list[list[ShownPicture]]]:
    """Near-duplicates to look at, by snapshot. One query."""
    named = {
        each.pk: each.report.get("near_duplicates", {}).get("examples", []) for each in snapshots
    }
    wanted = {pk: {sha256 for group in groups for sha256 in group} for pk, groups in named.items()}
    shown = pictures_of({pk: files for pk, files in wanted.items() if files})
    return {
        pk: [
            [shown.get((pk, each), ShownPicture(each, None, "")) for each in group]
            for group in groups
        ]
        for pk, groups in named.items()
    }


def _title(source: dict[str, str]) -> str:
    return "Own votes" if source["name"] == LIBRARY else source["title"]


def _count(rows: QuerySet[Any]) -> Coalesce:
    told = rows.order_by().values("snapshot").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(told, output_field=IntegerField()), 0)
