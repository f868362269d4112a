"""The machine room counts what there is, in as many queries for many jobs as for few."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp.jobs.making import claim, job
from webapp.jobs import beats, selectors, services
from webapp.jobs.models import Job, JobState, Queue, WorkerBeat

pytestmark = pytest.mark.django_db


def io() -> selectors.QueueSummary:
    return next(queue for queue in selectors.summary().queues if queue.name == Queue.IO)


def test_a_queue_is_counted_by_state():
    for _ in range(6):
        job()
    done, failed, dead, running, *_ = claim(limit=4)
    services.finish(done)
    services.fail(failed, "broken_image", "no")
    services.bury(dead, "worker_lost", "no")
    services.pause(Queue.IO)
    assert io() == selectors.QueueSummary(
        name="io", waiting=2, running=1, done=1, dead=2, per_minute=0.2, paused=True
    )
    assert running.attempt == 1


def test_every_queue_is_listed_even_when_nothing_happened():
    assert [queue.name for queue in selectors.summary().queues] == Queue.values


def test_workers_are_alive_silent_or_forgotten():
    for name, minutes in (("new", 0), ("quiet", 2), ("gone", 90)):
        beats.beat(name)
        heard = timezone.now() - timedelta(minutes=minutes)
        WorkerBeat.objects.filter(name=name).update(heartbeat_at=heard)
    assert [(each.name, each.alive) for each in selectors.workers()] == [
        ("new", True), ("quiet", False),
    ]  # fmt: skip


def test_the_count_of_queries_does_not_grow(django_assert_num_queries):
    job()
    with django_assert_num_queries(4):
        selectors.summary()
    for _ in range(20):
        job()
    with django_assert_num_queries(4):
        selectors.summary()


def test_jobs_are_listed_by_state_and_queue():
    waiting, other = job(), job(Queue.GPU_BATCH)
    assert list(selectors.listed(queue=Queue.IO)) == [waiting]
    assert set(selectors.listed(state=JobState.QUEUED)) == {waiting, other}
    assert not selectors.listed(state=JobState.DEAD).exists()


def test_failed_and_dead_jobs_are_listed_together_as_stopped():
    failed, dead, _ = job(), job(), job()
    Job.objects.filter(pk=failed.pk).update(state=JobState.FAILED)
    Job.objects.filter(pk=dead.pk).update(state=JobState.DEAD)
    assert set(selectors.listed(state=selectors.STOPPED)) == {failed, dead}
