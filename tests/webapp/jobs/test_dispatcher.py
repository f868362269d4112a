"""The dispatcher rings for work that nobody heard of, and only for that."""

import socket
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp.jobs.making import claim, job, state_of
from webapp import dispatch
from webapp.jobs import bells, selectors, services
from webapp.jobs.dispatcher import Dispatcher
from webapp.jobs.models import Job, JobState, Queue


@pytest.fixture(autouse=True)
def quiet_doorbells():
    """No message waits in any queue, and Redis counts as reachable."""
    bells.silence.until = 0.0
    connection = dispatch.app.connection_for_write()
    for queue in Queue.values:
        connection.default_channel.queue_purge(queue)
    connection.release()


def waited(work: Job, seconds: float = 5) -> Job:
    Job.objects.filter(pk=work.pk).update(created_at=timezone.now() - timedelta(seconds=seconds))
    return work


def tick() -> list[str]:
    """The second tick of a dispatcher; its first also asks for housekeeping."""
    dispatcher = Dispatcher()
    dispatcher._housekeeping_due = time.monotonic() + 60
    return dispatcher.tick()


@pytest.mark.django_db
def test_a_missed_doorbell_is_rung_again():
    waited(job())
    assert tick() == [Queue.IO]
    assert dispatch.unread(Queue.IO) == 1


@pytest.mark.django_db
def test_an_unheard_doorbell_is_not_rung_twice():
    for _ in range(3):
        waited(job())
    assert [tick(), tick()] == [[Queue.IO], []]
    assert dispatch.unread(Queue.IO) == 1


@pytest.mark.django_db
def test_fresh_running_delayed_and_paused_work_is_left_alone():
    waited(job())
    claim()
    job()
    waited(job(delay_seconds=60))
    waited(job(Queue.GPU_BATCH))
    services.pause(Queue.GPU_BATCH)
    assert tick() == []


@pytest.mark.django_db
def test_work_of_a_silent_worker_waits_again_and_is_rung_for():
    work = waited(job())
    claim(lease=-1)
    assert tick() == [Queue.IO]
    assert state_of(work) == JobState.QUEUED


@pytest.mark.django_db
def test_it_asks_for_housekeeping_at_the_start_and_not_at_every_tick():
    dispatcher = Dispatcher()
    assert [dispatcher.tick(), dispatcher.tick()] == [[Queue.MAINTENANCE], []]


@pytest.mark.django_db
def test_it_says_that_it_is_alive():
    tick()
    assert [worker.alive for worker in selectors.workers()] == [True]


@pytest.mark.django_db(transaction=True)
def test_work_is_accepted_quickly_while_redis_is_away(away, monkeypatch):
    monkeypatch.setattr(bells, "SILENCE_SECONDS", 60.0)  # longer than any machine takes for it
    started = time.monotonic()
    works = [job() for _ in range(20)]
    assert time.monotonic() - started < 10, "more than one of them waited a second for Redis"
    assert {state_of(work) for work in works} == {JobState.QUEUED}
    assert [waited(work) for work in works] and tick() == []


@pytest.fixture
def away(monkeypatch):
    """A Redis that takes connections and never answers: the worst way to be away."""

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        dispatch._impatient.cache_clear()
        monkeypatch.setattr(dispatch.app.conf, "broker_write_url", url)
        yield
    monkeypatch.undo()
    dispatch._impatient.cache_clear()
    bells.silence.until = 0.0
