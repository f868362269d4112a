"""A batch that starts while its pictures are judged: neither waits for the other in a ring."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from ml.contracts.crops import Aspect, Box
from ml.contracts.results import ScoreResult
from tests.world import World, build
from webapp.cropping import batches
from webapp.cropping.models import CropBatch
from webapp.cropping.sizes import CutSize, FileFormat
from webapp.inference import opinions
from webapp.inference.models import CropOpinion
from webapp.jobs import services as jobs
from webapp.jobs.models import JobKind, Queue
from webapp.registry.models import ModelVersion

BOX = Box(0, 0, 30, 20)
RESULT = ScoreResult.from_distribution([0.1] * 10, half_width=0.5)
WAITING = (
    "SELECT EXISTS (SELECT FROM pg_locks"
    " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
)


def judge(world: World) -> None:
    """As a worker does, on a connection of its own."""
    try:
        (claim,) = jobs.claim([Queue.GPU_BATCH], kind=JobKind.JUDGE, worker="w")
        scorer = ModelVersion.objects.get(name="m-1")
        assert opinions.record_opinions([(claim, RESULT)], scorer) == {world.artwork.pk}
    finally:
        connection.close()


def until_it_waits() -> None:
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise TimeoutError("nobody waits for this transaction")


@pytest.mark.django_db(transaction=True)
def test_a_batch_and_the_judging_of_its_picture_are_both_kept() -> None:
    world = build()
    jobs.enqueue(
        kind=JobKind.JUDGE, subject=world.artwork.pk, owner_id=world.owner.pk,
        queue=Queue.GPU_BATCH, params=str(BOX),
    )  # fmt: skip
    before = CropBatch.objects.count()
    with ThreadPoolExecutor(1) as worker, transaction.atomic():
        batches.start(
            world.album, sizes=[CutSize(Aspect.parse("1:1"), 32)], file_format=FileFormat.JPG
        )
        judging = worker.submit(judge, world)
        until_it_waits()
        transaction.on_commit(lambda: judging.result(timeout=10))
    assert (CropBatch.objects.count(), CropOpinion.objects.count()) == (before + 1, 1)
