"""Claim -> read the votes -> look at every picture -> keep a snapshot's manifest."""

import errno
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ml.data.duplicates import groups_of, near_pairs
from ml.data.faults import Fault
from ml.data.pictures import examine_all
from ml.data.samples import Fingerprint
from webapp.catalogue import blobs
from webapp.catalogue.chunks import MissingBytesError
from webapp.catalogue.models import Blob, Rendition
from webapp.common.errors import ApplicationError
from webapp.inference.services import SCORED_SIZE
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, LostLeaseError
from webapp.jobs.models import JobKind
from webapp.training import freezing
from webapp.training.freezing import Looked, Order
from webapp.training.gathering import Voted
from workers import identity
from workers.runtime.draining import settling

AT_ONCE: Final = 64  # files that lie in a temporary folder at the same time
NO_SPACE: Final = "The disk of the worker is full. Make room, then freeze it again."

Pair = tuple[int, int]


def freeze_next(queues: Sequence[str]) -> int:
    """Freeze one snapshot, unless another worker is at one; returns how many jobs were taken."""
    with freezing.alone() as free:
        claims = _claimed(queues) if free else []
    with settling(claims):
        for claim in claims:
            _freeze(claim)
    return len(claims)


def _claimed(queues: Sequence[str]) -> list[Claim]:
    return jobs.claim(queues, kind=JobKind.FREEZE, worker=identity.me().process)


def _freeze(claim: Claim) -> None:
    """Whatever the asker must act upon fails the snapshot with its own code.

    So does an error of our own at the last attempt; after an earlier one it is tried again.
    """
    if claim.exhausted:
        freezing.record_refusal(claim, "worker_lost", freezing.LOST)
        return
    try:
        order = freezing.order_of(claim)
        if order is not None:
            freezing.record(claim, order, look(order))
    except ApplicationError as error:
        freezing.record_refusal(claim, error.code, error.detail)
    except LostLeaseError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            freezing.record_refusal(claim, "disk_full", NO_SPACE)
            return
        if claim.attempt >= claim.max_attempts:
            text = f"The worker met an error of its own ({type(error).__name__}); see its log."
            freezing.record_refusal(claim, "worker_error", text)
        raise


def look(order: Order) -> Looked:
    """Decode every display file, and find those that show the same."""
    rows = order.gathered.rows
    prints = dict(_fingerprints(rows))
    seen = [each.sha256 for each in rows if each.sha256 in prints]
    place = {sha256: nth for nth, sha256 in enumerate(seen)}
    alike = near_pairs([prints[sha256] for sha256 in seen])
    kin = [(place[one], place[two]) for one, two in order.kin if one in place and two in place]
    return Looked(
        groups=_groups(seen, [*alike, *kin]),
        alike=_groups(seen, alike),
        broken=frozenset(each.sha256 for each in rows) - prints.keys(),
    )


def _groups(names: Sequence[str], pairs: Sequence[Pair]) -> tuple[tuple[str, ...], ...]:
    """Those of two or more, each sorted."""
    members: dict[int, list[str]] = {}
    for name, group in zip(names, groups_of(len(names), pairs).tolist(), strict=True):
        members.setdefault(group, []).append(name)
    return tuple(sorted(tuple(sorted(each)) for each in members.values() if len(each) > 1))


def _fingerprints(rows: Sequence[Voted]) -> Iterator[tuple[str, Fingerprint]]:
    """Of the display files that open. They are our own: no sandbox is needed."""
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        with TemporaryDirectory(prefix="freeze-") as folder:
            files = list(_written(part, Path(folder)))
            for facts in examine_all(files):
                if not isinstance(facts, Fault):
                    yield facts.file, facts.fingerprint


def _written(rows: Sequence[Voted], folder: Path) -> Iterator[tuple[str, Path]]:
    names = {each.artwork: each.sha256 for each in rows}
    files = Rendition.objects.filter(artwork__in=names, size=SCORED_SIZE, format="webp")
    for file in files.select_related("blob"):
        path = folder / names[file.artwork_id]
        if _copied(file.blob, path):
            yield path.name, path


def _copied(blob: Blob, path: Path) -> bool:
    try:
        path.write_bytes(blobs.read(blob))
    except MissingBytesError:
        return False
    return True
