"""Freeze a snapshot: what a worker needs to look at its pictures, and what is kept of it."""

import gzip
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from ml.contracts.manifest import Manifest, ManifestRow, encode_manifest
from webapp.common.errors import ApplicationError
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.findings import Check
from webapp.jobs.models import LIVE_STATES, Job, JobKind, JobState, Queue
from webapp.training.gathering import Gathered, Voted, gather, left_out
from webapp.training.models import Snapshot, SnapshotPicture, SnapshotState
from webapp.training.parts import Part, part_of, part_of_group
from webapp.training.previews import described, earlier_parts, problem_of
from webapp.training.sources import choose
from webapp.training.specs import Spec, Target, spec_of, target_of
from webapp.training.telling import tell_staff

GROUPS_SHOWN: Final = 12
SHOWN_OF_GROUP: Final = 6
BULK: Final = 5000
LOST: Final = "Workers stopped while freezing it. Delete it and freeze it again."
_ONE_AT_A_TIME: Final = 0x667265657A65  # the key of the advisory lock


@dataclass(frozen=True, slots=True)
class Order:
    """A snapshot to be frozen. ``kin``: files that belong together whatever they look like."""

    snapshot: Snapshot
    spec: Spec
    target: Target
    gathered: Gathered
    kin: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking at the pictures showed, all by file.

    ``groups``: of two or more that must not be parted. ``alike``: the part of them that looks
    alike. ``broken``: display files that do not open.
    """

    groups: tuple[tuple[str, ...], ...]
    alike: tuple[tuple[str, ...], ...]
    broken: frozenset[str]


class Refused(ApplicationError):
    """The admin must choose other sources or ask a crowd; freezing again would end the same way."""

    code = "not_frozen"


def ask_to_freeze(snapshot: Snapshot, *, owner_id: int) -> None:
    """Have a worker look at the pictures. Inside the transaction that makes the snapshot."""
    jobs.enqueue(
        kind=JobKind.FREEZE, subject=snapshot.pk, owner_id=owner_id, queue=Queue.MAINTENANCE
    )


@contextmanager
def alone() -> Iterator[bool]:
    """Whether no worker is at one; none begins before the block ends.

    A second would leave no worker for what people wait for, and not see where the first puts its
    pictures.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        yield not Job.objects.filter(kind=JobKind.FREEZE, state=JobState.RUNNING).exists()


def order_of(claim: Claim) -> Order | None:
    """What the claim asks for; None, and the job is done with, when the snapshot was deleted.

    Raises UnknownTarget and UnknownSource for what has gone since, Refused.
    """
    snapshot = Snapshot.objects.select_related("by", "attribute").filter(pk=claim.subject).first()
    if snapshot is None:
        Job.objects.filter(pk=claim.id).delete()
        return None
    if snapshot.by is None:
        raise Refused("Whoever asked for it has no account any more.", code="asker_gone")
    spec = spec_of(snapshot.spec)
    target = target_of(spec.target)
    gathered = gather(choose(snapshot.by, target, spec), spec, target)
    return Order(snapshot, spec, target, gathered, tuple(_kin(gathered.rows)))


@transaction.atomic
def record(claim: Claim, order: Order, looked: Looked) -> None:
    """Keep it for ever. Raises Refused, and LostLeaseError when another worker does it by now."""
    gathered = _without(order.gathered, looked.broken, "no_picture", order.spec)
    earlier = earlier_parts([each.sha256 for each in gathered.rows])
    placed = _placed(gathered.rows, looked, earlier)
    learned = _learned_before(placed, earlier)
    gathered = _without(gathered, learned, "learned_before", order.spec)
    parts = [placed[each.sha256][1] for each in gathered.rows]
    report = described(gathered, order.spec, order.target, parts)
    if (problem := problem_of(gathered, order.spec, parts)) is not None:
        raise Refused(problem.text, code=problem.code)
    report["near_duplicates"] = _near_duplicates(looked)
    report["leaks"] = {"kept_together": _kept_together(placed), "learned_before": len(learned)}
    manifest, digest = encode_manifest(
        Manifest(order.snapshot.name, order.target.steps, _manifest_rows(order, gathered, placed))
    )
    _keep_pictures(order.snapshot, gathered.rows, parts)
    found = Snapshot.objects.filter(pk=order.snapshot.pk).update(
        state=SnapshotState.FROZEN, error_code="", error_text="", digest=digest,
        manifest=gzip.compress(manifest, mtime=0), report=report, pictures=report["pictures"],
        votes=report["votes"], **report["parts"], frozen_at=timezone.now(),
    )  # fmt: skip
    require(ours=jobs.finish(claim) and bool(found))
    tell_staff([order.snapshot.pk])


@transaction.atomic
def record_refusal(claim: Claim, code: str, text: str) -> None:
    """It cannot be frozen, and says why. Raises LostLeaseError.

    The snapshot is locked before its job, as by whoever deletes it.
    """
    Snapshot.objects.select_for_update(no_key=True).only("pk").filter(pk=claim.subject).first()
    require(ours=jobs.fail(claim, code, text))
    _fail([claim.subject], code, text)


def _fail(snapshots: Collection[UUID], code: str, text: str) -> int:
    failed = Snapshot.objects.filter(pk__in=snapshots, state=SnapshotState.FREEZING).update(
        state=SnapshotState.FAILED, error_code=code, error_text=text
    )
    tell_staff(snapshots)
    return failed


# From each picture up to what it was made of by edits and crops, as far as that is still known.
_ORIGINS = """
WITH RECURSIVE line AS (
    SELECT id, id AS origin, derived_from_id AS above, 0 AS steps
    FROM catalogue_artwork WHERE id = ANY(%s::uuid[])
    UNION ALL
    SELECT line.id, older.id, older.derived_from_id, line.steps + 1
    FROM line JOIN catalogue_artwork AS older ON older.id = line.above WHERE line.steps < 100
)
SELECT DISTINCT ON (id) id, origin FROM line ORDER BY id, steps DESC
"""


def _kin(rows: Sequence[Voted]) -> list[tuple[str, str]]:
    """Pictures of one burst, and those that were made of one picture."""
    with connection.cursor() as cursor:
        cursor.execute(_ORIGINS, [[str(each.artwork) for each in rows]])
        origins = dict(cursor.fetchall())
    first: dict[object, str] = {}
    pairs = []
    for row in rows:
        for bond in (*row.bursts, origins.get(row.artwork, row.artwork)):
            kin = first.setdefault(bond, row.sha256)
            if kin != row.sha256:
                pairs.append((kin, row.sha256))
    return pairs


def _without(gathered: Gathered, files: Collection[str], code: str, spec: Spec) -> Gathered:
    """Without these pictures, which count as left out for that reason."""
    if not files:
        return gathered
    known = {each.code: each for each in gathered.left_out}
    before = known[code].n if code in known else 0
    known[code] = left_out(code, before + len(files), spec)
    rows = tuple(each for each in gathered.rows if each.sha256 not in files)
    return replace(gathered, rows=rows, left_out=tuple(known.values()))


Placed = Mapping[str, tuple[str, Part]]


def _placed(rows: Sequence[Voted], looked: Looked, earlier: Mapping[str, set[str]]) -> Placed:
    """By file: the name of its group, empty where it has none, and its part."""
    placed = {}
    for each in rows:
        placed[each.sha256] = ("", part_of_group([each.sha256], earlier))
    for group in looked.groups:
        there = (min(group), part_of_group(group, earlier))
        placed.update(dict.fromkeys(group, there))
    return placed


def _near_duplicates(looked: Looked) -> dict[str, Any]:
    """Examples as files; whoever shows them finds the pictures."""
    largest = sorted(looked.alike, key=lambda group: (-len(group), group))
    return {
        "groups": len(looked.alike),
        "pictures": sum(len(group) for group in looked.alike),
        "examples": [list(group[:SHOWN_OF_GROUP]) for group in largest[:GROUPS_SHOWN]],
    }


def _learned_before(placed: Placed, earlier: Mapping[str, set[str]]) -> frozenset[str]:
    """What fell into the test with a twin, and an earlier model has learned from."""
    learned = {Part.TRAIN, Part.VALIDATION}
    return frozenset(
        each
        for each, (_, part) in placed.items()
        if part is Part.TEST and learned & earlier.get(each, set())
    )


def _kept_together(placed: Placed) -> int:
    """How many would have leaked from one part into another."""
    return sum(bool(group) and part != part_of(each) for each, (group, part) in placed.items())


def _manifest_rows(order: Order, gathered: Gathered, placed: Placed) -> tuple[ManifestRow, ...]:
    key = order.target.key if order.target.attribute else None
    return tuple(
        ManifestRow(
            artwork=each.sha256,
            file=f"{each.sha256}.webp",
            counts=each.counts,
            part=placed[each.sha256][1].value,
            tags=(each.medium, *(name for name, _ in each.by_source)),
            group=placed[each.sha256][0],
            attributes={} if key is None else {key: each.mean},
        )
        for each in gathered.rows
    )


def _keep_pictures(snapshot: Snapshot, rows: Sequence[Voted], parts: Sequence[Part]) -> None:
    SnapshotPicture.objects.filter(snapshot=snapshot).delete()
    kept = (
        SnapshotPicture(
            snapshot=snapshot, sha256=row.sha256, artwork_id=row.artwork, part=part.value,
            voted=row.mean,
        )
        for row, part in zip(rows, parts, strict=True)
    )  # fmt: skip
    SnapshotPicture.objects.bulk_create(kept, batch_size=BULK)


def _stuck() -> list[UUID]:
    """Still freezing, and nobody is asked to."""
    asked = Job.objects.filter(kind=JobKind.FREEZE, state__in=LIVE_STATES).values("subject")
    waiting = Snapshot.objects.filter(state=SnapshotState.FREEZING)
    return list(waiting.exclude(pk__in=asked).values_list("pk", flat=True))


@transaction.atomic
def _give_up(broken: Sequence[UUID]) -> int:
    return _fail(broken, "worker_lost", LOST)


UNFROZEN = Check(
    "unfrozen", "snapshots are being frozen and nobody is at it", _stuck, _give_up
)  # fmt: skip
