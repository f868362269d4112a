"""The pulse keeps leases apart from the work, and tells that the worker is alive."""

import time
from collections.abc import Callable
from typing import TypeVar
from uuid import uuid4

import pytest
from django.db import connections, transaction

from tests.people import person
from webapp.jobs import selectors, services
from webapp.jobs.models import Job, JobKind, JobState, Queue
from workers import identity
from workers.runtime.pulse import Pulse

Found = TypeVar("Found")
LEASE_S = 1.0


@pytest.fixture
def pulse(transactional_db, settings, monkeypatch):
    settings.JOB_LEASE_SECONDS = LEASE_S
    monkeypatch.setenv(identity.NAME, "gpu@test")
    monkeypatch.setenv(identity.QUEUES, "gpu.interactive,gpu.batch")
    running = Pulse()
    running.note = lambda: "tiny on CPU"
    running.start()
    yield running
    running.stop()
    connections.close_all()


def eventually(look: Callable[[], Found]) -> Found:
    """What `look` finds within ten leases; nothing when it never finds anything."""
    until = time.monotonic() + 10 * LEASE_S
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


@pytest.fixture
def claims(transactional_db, settings):
    settings.JOB_LEASE_SECONDS = LEASE_S
    owner = person("owner@example.org")
    with transaction.atomic():
        services.enqueue(
            kind=JobKind.SCORE, subject=uuid4(), owner_id=owner.pk, queue=Queue.GPU_BATCH
        )
    return services.claim([Queue.GPU_BATCH], kind=JobKind.SCORE, worker="w")


def test_a_held_job_is_nobody_elses_however_long_it_takes(pulse, claims):
    with pulse.holding(claims):
        until = time.monotonic() + 1.5 * LEASE_S
        while time.monotonic() < until:
            time.sleep(LEASE_S / 10)
            assert services.requeue_lost() == 0
    assert Job.objects.get().state == JobState.RUNNING


def test_a_job_that_is_no_longer_held_falls_back(pulse, claims):
    with pulse.holding(claims):
        pass
    assert eventually(services.requeue_lost) == 1


def test_the_machine_room_sees_what_the_worker_works_with(pulse):
    [seen] = eventually(selectors.workers)
    assert (seen.name, seen.queues) == ("gpu@test", "gpu.interactive,gpu.batch")
    assert (seen.note, seen.alive) == ("tiny on CPU", True)
