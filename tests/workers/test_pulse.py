"""The pulse keeps leases apart from the work, and tells that the worker is alive."""

import time
from uuid import uuid4

import pytest
from django.db import connections, transaction

from tests.people import person
from webapp.jobs import selectors, services
from webapp.jobs.models import Job, JobKind, JobState, Queue
from workers import identity
from workers.runtime.pulse import Pulse


@pytest.fixture
def pulse(transactional_db, settings, monkeypatch):
    settings.JOB_LEASE_SECONDS = 0.4
    monkeypatch.setenv(identity.NAME, "gpu@test")
    monkeypatch.setenv(identity.QUEUES, "gpu.interactive,gpu.batch")
    running = Pulse()
    running.note = lambda: "tiny on CPU"
    running.start()
    yield running
    running.stop()
    connections.close_all()


@pytest.fixture
def claims(transactional_db, settings):
    settings.JOB_LEASE_SECONDS = 0.4
    owner = person("owner@example.org")
    with transaction.atomic():
        services.enqueue(
            kind=JobKind.SCORE, subject=uuid4(), owner_id=owner.pk, queue=Queue.GPU_BATCH
        )
    return services.claim([Queue.GPU_BATCH], kind=JobKind.SCORE, worker="w")


def test_a_held_job_is_nobody_elses_however_long_it_takes(pulse, claims):
    with pulse.holding(claims):
        for _ in range(4):
            time.sleep(0.25)
            assert services.requeue_lost() == 0
    assert Job.objects.get().state == JobState.RUNNING


def test_a_job_that_is_no_longer_held_falls_back(pulse, claims):
    with pulse.holding(claims):
        pass
    time.sleep(0.6)
    assert services.requeue_lost() == 1


def test_the_machine_room_sees_what_the_worker_works_with(pulse):
    time.sleep(0.3)
    [seen] = selectors.workers()
    assert (seen.name, seen.queues) == ("gpu@test", "gpu.interactive,gpu.batch")
    assert (seen.note, seen.alive) == ("tiny on CPU", True)
