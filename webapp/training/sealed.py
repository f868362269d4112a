"""What a run is judged on besides its own pictures: who was before it, and other sealed tests.

Test pictures are never learned from, whatever the snapshot, so that those of one snapshot are an
honest test of a model that came of another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from webapp.training.models import (
    RunRecipe,
    Snapshot,
    SnapshotPicture,
    SnapshotState,
    TrainingRun,
)
from webapp.training.parts import Part
from webapp.training.specs import FEWEST_PROVEN
from webapp.training.usable import usable

OTHERS: Final = 3
PICTURES: Final = 300  # of each of them
FEWEST: Final = FEWEST_PROVEN  # fewer have no say
_LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True)
class OtherTest:
    """Test pictures of another snapshot that are still there, by artwork."""

    snapshot: Snapshot
    files: dict[UUID, str]


def judged_before(run: TrainingRun) -> tuple[str, ...]:
    """Digests of challengers that were judged against the same champion on this test, in order.

    Another snapshot's test is this one, too, where it has half of its pictures.
    """
    rival = _rival(run)
    mine = SnapshotPicture.objects.filter(snapshot=run.snapshot_id, part=Part.TEST)
    count = mine.count()
    alike = Q(shown__part=Part.TEST, shown__sha256__in=mine.values("sha256"))
    known = Snapshot.objects.filter(attribute=run.snapshot.attribute_id).exclude(judged=[])
    shared = known.annotate(shared=Count("shown", filter=alike))
    tests = shared.filter(Q(pk=run.snapshot_id) | Q(shared__gt=0, shared__gte=count / 2))
    told = [each for judged in tests.values_list("judged", flat=True) for each in judged]
    mine_only = (each for each in told if each["champion"] == rival)
    return tuple(each["challenger"] for each in sorted(mine_only, key=lambda each: each["at"]))


def keep_judged(run: TrainingRun, digest: str) -> None:
    """Note it with the snapshot, where it outlives the run; inside the caller's transaction."""
    rows = Snapshot.objects.select_for_update(no_key=True).only("judged")
    snapshot = rows.get(pk=run.snapshot_id)
    at = timezone.now().isoformat()
    snapshot.judged.append({"champion": _rival(run), "challenger": digest, "at": at})
    snapshot.save(update_fields=["judged"])


def other_tests(run: TrainingRun) -> Iterator[OtherTest]:
    """Of the newest other snapshots of the target; a picture counts with the newest that has it.

    A generator is asked, not shown pictures: it has none.
    """
    if run.recipe == RunRecipe.GENERATOR:
        return
    used = set(run.snapshot.shown.values_list("sha256", flat=True))
    frozen = Snapshot.objects.filter(
        state=SnapshotState.FROZEN, attribute=run.snapshot.attribute_id
    ).exclude(pk=run.snapshot_id)
    found = 0
    for snapshot in frozen.order_by("-frozen_at", "pk")[:_LOOKED_AT]:
        there = usable(snapshot).filter(part=Part.TEST)
        rows = there.order_by("sha256").values_list("artwork", "sha256")
        files = {pk: sha256 for pk, sha256 in rows if sha256 not in used}
        files = dict(list(files.items())[:PICTURES])
        if len(files) < FEWEST:
            continue
        used.update(files.values())
        yield OtherTest(snapshot, files)
        found += 1
        if found == OTHERS:
            return


def _rival(run: TrainingRun) -> str:
    """Whom the challenger meets; where nobody is, generators are counted apart from scorers."""
    if run.champion is not None:
        return run.champion.digest
    return run.recipe if run.recipe == RunRecipe.GENERATOR else ""
